export function Spinner({ size = 18, label }: { size?: number; label?: string }) {
  return (
    <span
      role={label ? 'status' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      style={{ width: size, height: size }}
      className="block flex-none animate-spin rounded-full border-[2.5px] border-current border-e-transparent opacity-90"
    />
  );
}
