import type { Texts } from '#lib/texts/texts.ts';

const units = ['kilobyte', 'megabyte', 'gigabyte'] as const;

/** “12 kB”, “3.4 MB”, in the viewer's language. */
export function sizeText({ locale }: Texts, bytes: number): string {
  const power = Math.min(Math.max(Math.floor(Math.log10(bytes) / 3), 1), units.length);
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[power - 1] ?? 'kilobyte',
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && power > 1 ? 1 : 0,
  }).format(value);
}
