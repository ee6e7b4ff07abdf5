'use client';

import type { Tick as State } from '#lib/client/types.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

const double = 'm1.5 6.5 3 3 6-7M8.3 8.7l.8.8 6-7';

const paths: Record<State, string> = {
  pending: 'M13.6 6a4.6 4.6 0 1 1-9.2 0 4.6 4.6 0 0 1 9.2 0ZM9 3.6V6l1.5 1',
  failed: 'M13.8 6a4.8 4.8 0 1 1-9.6 0 4.8 4.8 0 0 1 9.6 0ZM9 3.4v3M9 8.5v.1',
  sent: 'm4.5 6.5 3 3 6-7',
  delivered: double,
  read: double,
};

interface TickProps {
  tick: State;
  /** Where it stands: in one's own bubble, or on the page (a row of the list, under large emoji). */
  on?: 'bubble' | 'page';
}

/** How far one's own message has come. One svg for all states, so that a change does not flash. */
export function Tick({ tick, on = 'page' }: TickProps) {
  const t = useTexts();
  return (
    <svg
      viewBox="0 0 17 12"
      role="img"
      aria-label={t(`tick.${tick}`)}
      className={`block h-3 w-[17px] flex-none fill-none stroke-current [stroke-linecap:round] [stroke-linejoin:round] ${colours[on][tick === 'read' ? 'read' : 'other']}`}
      strokeWidth={tick === 'read' ? 2.2 : 1.7}
    >
      <path d={paths[tick]} />
    </svg>
  );
}

const colours = {
  bubble: { read: 'text-tick-read', other: '' },
  page: { read: 'text-tick-list-read', other: 'text-tick-list' },
} as const;
