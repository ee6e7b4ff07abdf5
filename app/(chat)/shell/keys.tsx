/** A key combination, drawn as keys. */
export const Keys = ({ keys }: { keys: string[] }) => (
  <span dir="ltr" className="inline-flex gap-1.5">
    {keys.map((key) => (
      <kbd
        key={key}
        className="rounded-xs bg-sunken px-1.75 font-sans text-xs leading-5 font-medium whitespace-nowrap text-text-2 shadow-[inset_0_0_0_1px_var(--c-border)]"
      >
        {key}
      </kbd>
    ))}
  </span>
);
