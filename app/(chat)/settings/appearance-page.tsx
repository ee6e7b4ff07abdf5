'use client';

import type { CSSProperties } from 'react';
import { Tick } from '#lib/ui/tick.tsx';
import {
  saveTextSize,
  saveTheme,
  textSizes,
  themes,
  useTextSize,
  useTheme,
} from '#lib/ui/theme.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Card } from './card.tsx';
import { HabitsCard } from './habits-card.tsx';
import { ThemeSample } from './theme-sample.tsx';

const sizeNames = ['small', 'default', 'large', 'larger', 'largest'] as const;

export function AppearancePage() {
  return (
    <>
      <ThemeChoice />
      <TextSizeChoice />
      <HabitsCard />
    </>
  );
}

function ThemeChoice() {
  const t = useTexts();
  const theme = useTheme();
  return (
    <div role="radiogroup" aria-label={t('appearance.theme')} className="mb-5 flex gap-3">
      {themes.map((name) => (
        <label key={name} className="min-w-0 flex-1">
          <input
            type="radio"
            name="theme"
            value={name}
            checked={theme === name}
            onChange={() => saveTheme(name)}
            className="peer sr-only"
          />
          <span className="block rounded-row p-0.75 shadow-[inset_0_0_0_1px_var(--c-border)] peer-checked:shadow-[inset_0_0_0_2px_var(--c-accent-text)] peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-focus">
            <ThemeSample theme={name} />
          </span>
          <span
            className={`flex min-h-10 items-center justify-center gap-2 pt-2 text-md ${theme === name ? 'font-semibold' : 'font-medium'}`}
          >
            <RadioDot checked={theme === name} />
            {t(`appearance.${name}`)}
          </span>
        </label>
      ))}
    </div>
  );
}

const sample = 'flow-root w-fit rounded-bubble px-3 pt-2 pb-[7px]';
const sampleMeta =
  'float-end ms-2.5 mt-[7px] -mb-[3px] flex items-center gap-1 text-2xs tabular-nums';

const RadioDot = ({ checked }: { checked: boolean }) => (
  <span
    aria-hidden
    className={`grid size-5.5 flex-none place-items-center rounded-full border-2 ${checked ? 'border-accent-text' : 'border-border-strong'}`}
  >
    {checked && <span className="size-2.5 rounded-full border-5 border-accent-text" />}
  </span>
);

function TextSizeChoice() {
  const t = useTexts();
  const size = useTextSize();
  const step = Math.max(0, (textSizes as readonly number[]).indexOf(size));
  const sizeName = t(`appearance.${sizeNames[step] ?? 'default'}`);
  return (
    <Card>
      <div className="px-3.5 py-3">
        <div className="mb-3 flex justify-between gap-2">
          <label htmlFor="text-size" className="font-medium">
            {t('appearance.textSize')}
          </label>
          <span className="text-md text-text-3">{sizeName}</span>
        </div>
        <div className="flex items-center gap-3.5">
          <span aria-hidden className="text-[13px]">
            A
          </span>
          <input
            id="text-size"
            type="range"
            min={0}
            max={textSizes.length - 1}
            step={1}
            value={step}
            aria-valuetext={sizeName}
            onChange={(event) => saveTextSize(textSizes[Number(event.target.value)] ?? 100)}
            style={{ '--at': step / (textSizes.length - 1) } as CSSProperties}
            className="slider h-11 min-w-0 flex-1"
          />
          <span aria-hidden className="text-[22px]">
            A
          </span>
        </div>
        <div aria-hidden className="mt-6 grid gap-3">
          <p className={`${sample} justify-self-start bg-bubble-other text-bubble-other-text`}>
            {t('appearance.sampleQuestion')}
            <span className={`${sampleMeta} text-bubble-other-meta`}>{sampleTime(t, 41)}</span>
          </p>
          <p className={`${sample} justify-self-end bg-bubble-own text-bubble-own-text`}>
            {t('appearance.sampleAnswer')}
            <span className={`${sampleMeta} text-bubble-own-meta`}>
              {sampleTime(t, 42)} <Tick tick="read" on="bubble" />
            </span>
          </p>
        </div>
      </div>
    </Card>
  );
}

/** Some minutes past nine, as times stand under messages. */
const sampleTime = (t: Texts, minutes: number): string =>
  t.date(new Date(Date.UTC(2026, 0, 1, 9, minutes)), { timeStyle: 'short', timeZone: 'UTC' });
