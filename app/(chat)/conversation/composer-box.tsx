import type { KeyboardEvent, Ref } from 'react';
import { Spinner } from '#lib/ui/spinner.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { breaksByEnter } from './touch.ts';

interface ComposerBoxProps {
  ref: Ref<HTMLTextAreaElement>;
  value: string;
  sendLabel: string;
  isBusy: boolean;
  describedBy: string | undefined;
  onChange: (value: string) => void;
  onSubmit: () => void;
  /** True: the key is used up. */
  onUp: () => boolean;
  onEscape: () => boolean;
}

// Both take the same room, so that the invisible text makes the field as high as it needs to be.
const text =
  'col-start-1 row-start-1 max-h-[calc(6lh+22px)] min-w-0 py-[11px] ps-4 pe-1 text-body whitespace-pre-wrap wrap-anywhere phone:max-h-[calc(5lh+22px)] phone:text-lg phone:leading-[1.375rem]';

export function ComposerBox(props: ComposerBoxProps) {
  const { ref, value, sendLabel, isBusy, describedBy, onChange, onSubmit } = props;
  const t = useTexts();
  const isBlank = value.trim() === '';
  return (
    <div className="flex items-end p-0.5">
      <div className="grid min-w-0 flex-1">
        <div aria-hidden dir="auto" className={`invisible overflow-hidden ${text}`}>
          {`${value}\u200b`}
        </div>
        <textarea
          ref={ref}
          rows={1}
          // An empty field has no direction of its own; its placeholder has the page's.
          dir={value === '' ? undefined : 'auto'}
          aria-label={t('composer.label')}
          aria-describedby={describedBy}
          placeholder={t('composer.label')}
          autoComplete="off"
          // Only keyboards on the screen show it, and there Enter breaks the line.
          enterKeyHint="enter"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => onKey(event, props)}
          className={`h-full resize-none overflow-y-auto overscroll-contain bg-transparent text-text outline-none ${text}`}
        />
      </div>
      <button
        type="button"
        aria-label={sendLabel}
        data-tip={sendLabel}
        aria-busy={isBusy || undefined}
        // Keeps the focus, and with it the keyboard of a phone, in the field.
        onPointerDown={(event) => event.preventDefault()}
        onClick={({ detail, currentTarget }) => {
          onSubmit();
          // Pressed by a key it has the focus, and it goes away with the text.
          if (detail === 0) currentTarget.parentElement?.querySelector('textarea')?.focus();
        }}
        className={`tap-area relative m-0.5 grid size-10 flex-none place-items-center rounded-full bg-accent text-on-accent transition-colors duration-(--dur-1) hover:bg-accent-hover active:bg-accent-pressed ${isBlank ? 'invisible' : ''}`}
      >
        {isBusy ? <Spinner /> : <SendIcon />}
      </button>
    </div>
  );
}

function onKey(event: KeyboardEvent, { onSubmit, onUp, onEscape }: ComposerBoxProps) {
  // Enter that ends a composition (Safari tells it by 229 only) chooses a word, it does not send.
  if (event.nativeEvent.isComposing || event.keyCode === 229) return;
  const isPlain = !event.shiftKey && !event.altKey;
  const sends =
    event.key === 'Enter' && isPlain && (!breaksByEnter() || event.ctrlKey || event.metaKey);
  if (sends) onSubmit();
  else if (event.key === 'ArrowUp' && isPlain && onUp()) event.stopPropagation();
  else if (event.key === 'Escape' && onEscape()) event.stopPropagation();
  else return;
  event.preventDefault();
}

const SendIcon = () => (
  <svg aria-hidden viewBox="0 0 24 24" className="flip-rtl size-5 fill-current">
    <path d="M4.3 4.1c-.6-.3-1.3.3-1.1 1L5 10.600c.1.4.4.6.8.7l7.2.7-7.2.7c-.4.1-.7.3-.8.7l-1.8 5.500c-.2.7.5 1.300 1.100 1l16.2-7.100c.7-.3.7-1.3 0-1.600L4.300 4.100Z" />
  </svg>
);
