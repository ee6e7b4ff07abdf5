import { ChevronRight } from '#lib/ui/icons.tsx';
import { useState } from 'react';
import { Dialog } from '#lib/ui/dialog.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import type { PlainKey } from '#lib/texts/catalogue.ts';
import { SettingRow } from './setting-row.tsx';

interface ChoiceRowProps<V extends string> {
  title: string;
  help: string;
  value: V;
  choices: Record<V, PlainKey>;
  onChoose: (value: V) => void;
}

/** One of several, chosen in a dialog. */
export function ChoiceRow<V extends string>(props: ChoiceRowProps<V>) {
  const { title, help, value, choices, onChoose } = props;
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <SettingRow title={title} onClick={() => setOpen(true)}>
        <span className="min-w-0 text-end text-md text-text-3">{t(choices[value])}</span>
        <ChevronRight aria-hidden className="flip-rtl size-4.5 flex-none text-text-3" />
      </SettingRow>
      <Dialog open={isOpen} onOpenChange={setOpen} title={title} kind="choice">
        <div role="radiogroup" aria-label={title} className="text-text">
          {(Object.keys(choices) as V[]).map((choice) => (
            <label
              key={choice}
              className="flex min-h-12 cursor-pointer items-center gap-3.5 rounded-md px-2 hover:bg-hover-surface has-focus-visible:outline-2 has-focus-visible:outline-focus"
            >
              <input
                type="radio"
                name={title}
                checked={choice === value}
                onChange={() => onChoose(choice)}
                className="size-5.5 flex-none accent-accent"
              />
              <span className="text-body font-medium">{t(choices[choice])}</span>
            </label>
          ))}
        </div>
        <p className="mt-2 px-2 text-sm text-text-3">{help}</p>
      </Dialog>
    </>
  );
}
