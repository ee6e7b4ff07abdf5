export function Mark({ size = 36, label }: { size?: number; label?: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 64 64"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      className="block flex-none forced-color-adjust-none"
    >
      <rect width="64" height="64" rx="17" className="fill-brand" />
      <path
        d="M44.4 21.6A16.5 16.5 0 1 0 48.5 34.2"
        strokeWidth="8.5"
        strokeLinecap="round"
        className="fill-none stroke-art-text"
      />
      <path
        d="M18.4 39.5 14.8 49.8 25.8 46.8Z"
        strokeWidth="2.5"
        strokeLinejoin="round"
        className="fill-art-text stroke-art-text"
      />
      <circle cx="33" cy="32" r="6.5" className="fill-spark" />
    </svg>
  );
}

/** The mark with the name, at the top of pages outside the application. */
export function Brand() {
  return (
    <div className="flex items-center gap-2.5 text-lg font-bold tracking-[-.015em]">
      <Mark />
      <span className="text-[1.125rem]">Gatherly</span>
    </div>
  );
}
