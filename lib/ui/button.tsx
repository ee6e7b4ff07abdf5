import type { ComponentProps, MouseEvent } from 'react';
import { Spinner } from '#lib/ui/spinner.tsx';

type Variant = 'primary' | 'tonal' | 'outline' | 'text' | 'danger' | 'danger-text';
type Size = 'sm' | 'md' | 'lg';

const base =
  'relative inline-flex flex-none items-center justify-center gap-2 font-semibold whitespace-nowrap no-underline transition-colors duration-(--dur-1) disabled:bg-sunken disabled:text-text-3 disabled:border-transparent';

const variants: Record<Variant, string> = {
  primary: 'bg-accent text-on-accent px-4.5 hover:bg-accent-hover active:bg-accent-pressed',
  tonal: 'bg-accent-soft text-on-accent-soft px-4.5 hover:bg-selected active:bg-selected',
  outline: 'border border-border-strong text-text px-4.5 hover:bg-hover-surface active:bg-pressed',
  text: 'text-accent-text px-3 hover:bg-hover-surface active:bg-pressed',
  danger: 'bg-danger text-on-danger px-4.5 hover:bg-danger-hover active:bg-danger-hover',
  'danger-text': 'text-danger px-3 hover:bg-danger-soft active:bg-danger-soft',
};

const sizes: Record<Size, string> = {
  sm: 'min-h-9 phone:min-h-11 rounded-sm px-3.5! text-md',
  md: 'min-h-11 rounded-md text-body',
  lg: 'min-h-12 rounded-md text-body',
};

/** The looks of a button, for links that lead somewhere. */
export const buttonClasses = (variant: Variant = 'primary', size: Size = 'md'): string =>
  `${base} ${variants[variant]} ${sizes[size]}`;

interface ButtonProps extends ComponentProps<'button'> {
  variant?: Variant;
  size?: Size;
  busy?: boolean;
  /** What it says while busy, like "Saving…"; room for it is kept from the start. */
  busyLabel?: string;
}

export function Button(props: ButtonProps) {
  const {
    variant,
    size,
    busy = false,
    busyLabel,
    className = '',
    children,
    onClick,
    ...rest
  } = props;
  // Unseen, but still its name, where nothing else is said while busy.
  const hidden = busyLabel ? 'invisible' : 'opacity-0';
  // Not `disabled` while busy: that would drop the focus.
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (busy) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      type="button"
      {...rest}
      onClick={click}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      className={`${buttonClasses(variant, size)} ${className}`}
    >
      <span className="grid place-items-center">
        <span
          className={`col-start-1 row-start-1 inline-flex items-center gap-2 ${busy ? hidden : ''}`}
        >
          {children}
        </span>
        {(busy || busyLabel) && (
          <span
            aria-hidden={!busy}
            className={`col-start-1 row-start-1 inline-flex items-center gap-2 ${busy ? '' : 'invisible'}`}
          >
            <Spinner />
            {busyLabel}
          </span>
        )}
      </span>
    </button>
  );
}
