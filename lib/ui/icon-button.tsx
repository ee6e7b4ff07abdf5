import type { ComponentProps, ReactNode } from 'react';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** Its name for everybody: read out, and shown after half a second. */
  label: string;
  icon: ReactNode;
  /** What it opens or toggles is on. */
  on?: boolean;
  shortcut?: string;
}

export function IconButton({
  label,
  icon,
  on,
  shortcut,
  className = '',
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      data-tip-keys={shortcut}
      {...rest}
      className={`grid size-10 flex-none place-items-center rounded-md transition-colors duration-(--dur-1) hover:bg-hover-surface active:bg-pressed disabled:text-text-3 touch:size-11 phone:size-11 [&>svg]:size-5.5 ${on ? 'bg-hover-surface text-accent-text' : 'text-text-2'} ${className}`}
    >
      {icon}
    </button>
  );
}
