import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { dayLabel } from '#lib/ui/time.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { dayPill } from './separators.tsx';

export interface FloatingDayHandle {
  /** The day of the topmost message; null where its separator is in view itself. */
  show(at: number | null): void;
}

const lingerMs = 800;

/** Which day one has scrolled to. Fades when the scrolling stops. */
export function FloatingDay({ ref }: { ref: Ref<FloatingDayHandle> }) {
  const t = useTexts();
  const [label, setLabel] = useState('');
  const [isShown, setShown] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => () => clearTimeout(timer.current), []);
  useImperativeHandle(ref, () => ({
    show(at) {
      clearTimeout(timer.current);
      setShown(at !== null);
      if (at === null) return;
      setLabel(dayLabel(t, new Date(at).toISOString()));
      timer.current = setTimeout(() => setShown(false), lingerMs);
    },
  }));

  return (
    <div
      aria-hidden
      className={`pointer-events-none absolute inset-x-0 top-2 z-2 flex justify-center transition-opacity duration-(--dur-3) ${isShown ? '' : 'opacity-0'}`}
    >
      {label && <span className={dayPill}>{label}</span>}
    </div>
  );
}
