import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

const named = ['alt', 'ctrl', 'del', 'end', 'enter', 'esc', 'home', 'shift'] as const;

/** A key: one with a name, or what is printed on it. */
export type KeyName =
  (typeof named)[number] | 'C' | 'E' | 'F6' | 'F10' | 'K' | 'N' | '↑' | '↓' | '/' | '?';

function keyText(t: Texts, key: KeyName): string {
  const name = named.find((word) => word === key);
  return name ? t(`key.${name}`) : key;
}

/** A key combination, drawn as keys. */
export function Keys({ keys }: { keys: readonly KeyName[] }) {
  const t = useTexts();
  return (
    <span dir="ltr" className="inline-flex gap-1.5">
      {keys.map((key) => (
        <kbd
          key={key}
          className="rounded-xs bg-sunken px-1.75 py-px font-sans text-xs leading-5 font-medium whitespace-nowrap text-text-2 shadow-[inset_0_0_0_1px_var(--c-border)]"
        >
          {keyText(t, key)}
        </kbd>
      ))}
    </span>
  );
}
