import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { dayLabel } from '#lib/ui/time.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { DateDialog } from '../shell/parts.tsx';
import { dayPill } from './separators.tsx';

export interface FloatingDayHandle {
  /** The day of the topmost message; null where its separator is in view itself. */
  show(at: number | null): void;
  /** Asks for the day to go to, beginning with this one. */
  ask(at: number): void;
}

interface FloatingDayProps {
  /** @param at when (Date.now() ms) the day begins */
  onChoose: (at: number) => void;
  ref: Ref<FloatingDayHandle>;
}

const lingerMs = 800;

/** Which day one has scrolled to, and the way to another one. Fades when the scrolling stops. */
export function FloatingDay({ onChoose, ref }: FloatingDayProps) {
  const t = useTexts();
  const [day, setDay] = useState<number | null>(null);
  const [isShown, setShown] = useState(false);
  const [asked, setAsked] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => () => clearTimeout(timer.current), []);
  useImperativeHandle(ref, () => ({
    show(at) {
      clearTimeout(timer.current);
      setShown(at !== null);
      if (at === null) return;
      setDay(new Date(at).setHours(0, 0, 0, 0));
      timer.current = setTimeout(() => setShown(false), lingerMs);
    },
    ask: setAsked,
  }));

  const label = day === null ? t('log.goToDay') : dayLabel(t, new Date(day).toISOString());
  return (
    <>
      <div className="pointer-events-none absolute inset-x-0 top-2 z-2 flex justify-center">
        <button
          type="button"
          aria-label={day === null ? label : `${t('log.goToDay')}: ${label}`}
          title={t('log.goToDay')}
          className={`${dayPill} transition-opacity duration-(--dur-3) focus-visible:opacity-100 ${isShown ? 'pointer-events-auto' : 'opacity-0'}`}
          onClick={() => setAsked(day ?? Date.now())}
        >
          {label}
        </button>
      </div>
      {asked !== null && (
        <DateDialog day={asked} onChoose={onChoose} onClose={() => setAsked(null)} />
      )}
    </>
  );
}
