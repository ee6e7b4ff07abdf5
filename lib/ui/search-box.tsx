'use client';

import { Search, X } from '#lib/ui/icons.tsx';
import { useRef, type ComponentProps, type RefObject } from 'react';
import { useInitialFocus } from '#lib/ui/use-initial-focus.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface SearchBoxProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value' | 'ref'> {
  value: string;
  onChange: (value: string) => void;
  label: string;
  /** What it lies on: the window (list) or a sheet (dialogs, panels). */
  on?: 'app' | 'surface';
  /** Has the focus when it appears. */
  initialFocus?: boolean;
  ref?: RefObject<HTMLInputElement | null>;
}

export function SearchBox(props: SearchBoxProps) {
  const { value, onChange, label, on = 'surface', initialFocus, ref, className, ...rest } = props;
  const t = useTexts();
  const own = useRef<HTMLInputElement>(null);
  const input = ref ?? own;
  useInitialFocus(input, initialFocus ?? false);
  return (
    <label
      className={`flex h-11 min-w-0 flex-none cursor-text items-center gap-2.5 rounded-full px-3.5 text-text-3 focus-within:bg-surface focus-within:shadow-[0_0_0_2px_var(--c-accent-text)] phone:bg-sunken ${on === 'app' ? 'bg-hover' : 'bg-sunken'} ${className ?? ''}`}
    >
      <Search aria-hidden className="size-4.5" />
      <input
        type="search"
        enterKeyHint="search"
        autoComplete="off"
        placeholder={label}
        {...rest}
        ref={input}
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="min-w-0 flex-1 bg-transparent px-0.5 text-body text-text outline-none phone:text-lg"
      />
      {value && (
        <button
          type="button"
          aria-label={t('search.clear')}
          onClick={() => {
            onChange('');
            input.current?.focus();
          }}
          className="tap-area relative -me-2 grid size-8 place-items-center rounded-full hover:bg-pressed"
        >
          <X aria-hidden className="size-4.5" />
        </button>
      )}
    </label>
  );
}
