'use client';

import { Check, Eye, EyeOff, TriangleAlert } from '#lib/ui/icons.tsx';
import { useId, useRef, useState, type ComponentProps, type ReactNode } from 'react';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { useInitialFocus } from '#lib/ui/use-initial-focus.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'prefix' | 'ref'> {
  label: string;
  /** Beside the label, in small: "Optional". */
  hint?: string;
  help?: ReactNode;
  /** Says what to do; stands in the place of the help. */
  error?: string | undefined;
  /** Good news, in the place of the help. */
  success?: string | undefined;
  /** Marks it wrong where the text about it stands elsewhere. */
  invalid?: boolean;
  /** Has the focus when it appears. */
  initialFocus?: boolean;
  prefix?: string;
}

export function TextField(props: TextFieldProps) {
  const {
    label,
    hint,
    help,
    error,
    success,
    prefix,
    type,
    invalid = false,
    initialFocus = false,
    id: givenId,
    className = '',
    dir,
    ...rest
  } = props;
  const t = useTexts();
  const ownId = useId();
  const input = useRef<HTMLInputElement>(null);
  useInitialFocus(input, initialFocus);
  const id = givenId ?? ownId;
  const [shown, setShown] = useState(false);
  const password = type === 'password';
  const wrong = invalid || error !== undefined;
  const edge = wrong
    ? 'border-danger shadow-[0_0_0_1px_var(--c-danger)]'
    : 'border-border-strong focus-within:border-accent-text focus-within:shadow-[0_0_0_1px_var(--c-accent-text)]';
  return (
    <div className={className}>
      <FieldLabel id={id} label={label} hint={hint} />
      <div
        dir={prefix && 'ltr'}
        className={`flex min-h-12 items-center gap-2 rounded-md border bg-surface px-3.5 has-[input:read-only]:border-border has-[input:read-only]:bg-sunken ${edge}`}
      >
        {prefix && <span className="text-lg text-text-3">{prefix}</span>}
        <input
          {...rest}
          ref={input}
          id={id}
          dir={directionFor(rest.value, dir)}
          type={password && shown ? 'text' : type}
          aria-invalid={wrong || undefined}
          aria-describedby={`${id}-help${hint ? ` ${id}-hint` : ''}`}
          className="w-0 flex-1 bg-transparent py-2.5 text-lg outline-none disabled:text-text-3"
        />
        {password && (
          <IconButton
            className="-me-2.5"
            label={t(shown ? 'password.hide' : 'password.show')}
            aria-pressed={shown}
            icon={shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
            onClick={() => setShown(!shown)}
          />
        )}
      </div>
      <FieldNote id={`${id}-help`} error={error} success={success} help={help} />
    </div>
  );
}

function FieldLabel({ id, label, hint }: { id: string; label: string; hint: string | undefined }) {
  return (
    <div className="mb-1.5 flex items-baseline justify-between gap-2">
      <label htmlFor={id} className="text-md font-semibold">
        {label}
      </label>
      {hint && (
        <span id={`${id}-hint`} className="text-sm text-text-3 tabular-nums">
          {hint}
        </span>
      )}
    </div>
  );
}

/** An empty field has no direction of its own: it has the page's. */
const directionFor = (value: TextFieldProps['value'], dir: string | undefined) =>
  value === '' ? undefined : dir;

type Note = Pick<TextFieldProps, 'error' | 'success' | 'help'> & { id: string };

function FieldNote({ id, error, success, help }: Note) {
  const icon = 'mt-px icon-xs';
  const tone = error ? 'text-danger' : success ? 'text-success' : 'text-text-3';
  return (
    <div
      id={id}
      aria-live="polite"
      className={`flex items-start gap-1.5 text-sm not-empty:mt-1.5 ${tone}`}
    >
      {error ? (
        <>
          <TriangleAlert aria-hidden className={icon} />
          <span className="min-w-0">{error}</span>
        </>
      ) : success ? (
        <>
          <Check aria-hidden className={icon} />
          <span className="min-w-0">{success}</span>
        </>
      ) : (
        help
      )}
    </div>
  );
}
