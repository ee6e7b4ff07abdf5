'use client';

import { useEffect, useEffectEvent } from 'react';

/**
 * The system's Back closes what lies on top (a menu, a dialog) before it leaves the page. Each open
 * layer has an entry of its own in the browser's history; the entry's state says how many are open.
 */

const layers: { close: () => void }[] = [];
let scheduled = false;
/** We have gone back ourselves, and the browser, which does so later, has not said so yet. */
let returning = false;
const postponed: (() => void)[] = [];

/** What we note in an entry of the browser's history, beside what Next keeps there. */
interface Entry {
  /** How many layers are open on top of the view. */
  layers: number;
  /** How many views lie behind this one since the page was opened. */
  visits: number;
}

export function entryOf(state: unknown): Entry {
  const { layers, visits } = (state ?? {}) as { layers?: unknown; visits?: unknown };
  const count = (value: unknown) => (typeof value === 'number' ? value : 0);
  return { layers: count(layers), visits: count(visits) };
}

// Later, in one go: when a menu closes because it opens a dialog, nothing has to change.
function settle(): void {
  scheduled = false;
  if (returning) return;
  const { layers: depth, visits } = entryOf(history.state);
  if (layers.length > depth) {
    for (let next = depth + 1; next <= layers.length; next += 1) {
      history.pushState({ layers: next, visits } satisfies Entry, '');
    }
  } else if (layers.length < depth) {
    returning = true;
    history.go(layers.length - depth);
  }
}

function scheduleSettle(): void {
  if (scheduled) return;
  scheduled = true;
  setTimeout(settle, 0);
}

function onPopState(event: PopStateEvent): void {
  if (returning) {
    // What has opened meanwhile was not there to be closed, and has no entry so far.
    returning = false;
    settle();
    return postponed.splice(0).forEach((act) => act());
  }
  const depth = entryOf(event.state).layers;
  while (layers.length > depth) layers.pop()?.close();
}

/** Runs what changes the history once it stands still, which nearly always is at once. */
export function whenHistoryRests(act: () => void): void {
  if (returning) postponed.push(act);
  else act();
}

export function useBackCloses(open: boolean, close: () => void): void {
  const closeNow = useEffectEvent(close);
  useEffect(() => {
    if (!open) return;
    // Once, however often it is said.
    addEventListener('popstate', onPopState);
    const layer = { close: () => closeNow() };
    layers.push(layer);
    scheduleSettle();
    return () => {
      const index = layers.indexOf(layer);
      if (index >= 0) layers.splice(index, 1);
      scheduleSettle();
    };
  }, [open]);
}
