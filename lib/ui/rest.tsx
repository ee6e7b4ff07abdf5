'use client';

import { useEffect } from 'react';
import { fetchLeft } from './later.ts';
import { onceIdle } from './on-demand.tsx';

/** By then the page is there, on a slow line too. */
const restAfterMs = 3_000;

const Tooltips = onceIdle(async () => (await import('./tooltips.tsx')).Tooltips);

/** Once in a page: fetches what was left out of its first load. */
export function Rest() {
  useEffect(() => fetchLeft(restAfterMs), []);
  return <Tooltips />;
}
