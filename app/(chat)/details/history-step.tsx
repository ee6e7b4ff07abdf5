import { RadioGroup } from 'radix-ui';
import { useTexts } from '#lib/ui/texts-provider.tsx';

export type ShareLast = 0 | 25 | 50 | 75 | 100;

const choices: ShareLast[] = [0, 25, 50, 75, 100];

interface HistoryStepProps {
  value: ShareLast;
  onChange: (value: ShareLast) => void;
}

export function HistoryStep({ value, onChange }: HistoryStepProps) {
  const t = useTexts();
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">
      <p id="share-lead" className="px-2 pb-3 text-text-2">
        {t('add.shareLead')}
      </p>
      <RadioGroup.Root
        aria-labelledby="share-lead"
        value={String(value)}
        onValueChange={(chosen) => {
          const choice = choices.find((candidate) => String(candidate) === chosen);
          if (choice !== undefined) onChange(choice);
        }}
      >
        {choices.map((choice) => (
          <RadioGroup.Item
            key={choice}
            value={String(choice)}
            className="group/radio flex min-h-13 w-full items-center gap-3.5 rounded-md px-2 text-start font-medium hover:bg-hover-surface"
          >
            <span className="grid size-5.5 flex-none place-items-center rounded-full border-2 border-border-strong group-data-[state=checked]/radio:border-accent-text">
              <RadioGroup.Indicator className="size-2.5 rounded-full bg-accent-text" />
            </span>
            {choice === 0 ? t('add.shareNothing') : t('add.shareLast', { count: choice })}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </div>
  );
}
