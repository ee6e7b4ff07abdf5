'use client';

import {
  defaultRangeExtractor,
  observeElementRect,
  useVirtualizer,
  type Range,
} from '@tanstack/react-virtual';
import {
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
} from 'react';
import { useRoving } from './use-roving.ts';

interface LongListOptions {
  /** Of all rows, in their order. */
  keys: readonly string[];
  /** Pixels; all rows have the same. */
  rowHeight: number;
  /** The row that Tab comes to first; it is scrolled into view when it changes. */
  start?: string | null;
  /** What is listed, such as a filter: another one begins at its top. */
  about?: string;
}

/** A row that is in the page. */
export interface LongListRow {
  key: string;
  /** Among the keys. */
  index: number;
  /** For its `li`. */
  rowProps: {
    'aria-setsize': number;
    'aria-posinset': number;
    style: CSSProperties;
  };
}

// What the server draws, which knows no heights: it sends no more rows than these.
const firstRows = 30;
const overscan = 3;

/**
 * A list of which only the rows near the view are in the page, in whichever element around it scrolls.
 * The row with the focus, and the one that Tab comes to, always are. What moves above the view, because
 * the rows are ordered by what happens, does not move the view.
 */
export function useLongList({ keys, rowHeight, start = null, about = '' }: LongListOptions) {
  const list = useRef<HTMLUListElement>(null);
  const scroller = useRef<HTMLElement>(null);
  const [margin, setMargin] = useState(0);

  const reveal = (index: number) => {
    const view = scroller.current;
    if (!view || index < 0) return;
    const top = margin + index * rowHeight;
    if (top < view.scrollTop) view.scrollTop = index === 0 ? 0 : top;
    else view.scrollTop = Math.max(view.scrollTop, top + rowHeight - view.clientHeight);
  };
  const roving = useRoving(keys, {
    start,
    focusRow(key) {
      const row = list.current?.querySelector<HTMLElement>(`[data-roving="${CSS.escape(key)}"]`);
      row?.focus({ preventScroll: true });
      reveal(keys.indexOf(key));
    },
    rowsInView: () => Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight),
  });

  const stop = roving.stop === undefined ? -1 : keys.indexOf(roving.stop);
  // oxlint-disable-next-line react/incompatible-library -- Nothing here is memoised.
  const virtualizer = useVirtualizer<HTMLElement, HTMLLIElement>({
    count: keys.length,
    estimateSize: () => rowHeight,
    getScrollElement: () => (scroller.current ??= list.current && scrollerOf(list.current)),
    observeElementRect: observeRect,
    initialRect: { width: 0, height: firstRows * rowHeight },
    scrollMargin: margin,
    overscan,
    rangeExtractor: (range) => withStop(range, stop),
  });

  // The library remembers how high rows were.
  const drawnHeight = useRef(rowHeight);
  useLayoutEffect(() => {
    if (drawnHeight.current === rowHeight) return;
    drawnHeight.current = rowHeight;
    virtualizer.measure();
  }, [virtualizer, rowHeight]);

  // What stands above the list may have grown. Out of sight nothing has a place.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- At every render; the same number ends it.
  useLayoutEffect(() => {
    if (!list.current || !scroller.current || scroller.current.clientHeight === 0) return;
    const { top } = scroller.current.getBoundingClientRect();
    const above = list.current.getBoundingClientRect().top - top + scroller.current.scrollTop;
    // React renders once more even for the same number.
    if (Math.round(above) !== margin) setMargin(Math.round(above));
  });

  const drawn = useRef({ keys, about });
  useLayoutEffect(() => {
    const before = drawn.current;
    drawn.current = { keys, about };
    const view = scroller.current;
    if (!view || view.scrollTop <= margin) return;
    if (before.about !== about) return void (view.scrollTop = 0);
    const first = Math.floor((view.scrollTop - margin) / rowHeight);
    const seen = before.keys.slice(first, first + Math.ceil(view.clientHeight / rowHeight));
    const rows = shiftOf(seen, first, keys);
    if (rows !== 0) view.scrollTop += rows * rowHeight;
  });

  const isThere = start !== null && keys.includes(start);
  const revealStart = useEffectEvent(() => start !== null && reveal(keys.indexOf(start)));
  useEffect(() => {
    if (isThere) revealStart();
  }, [start, isThere]);

  return {
    tabIndexOf: roving.tabIndexOf,
    listProps: {
      ref: list,
      ...roving.listeners,
      style: { position: 'relative', height: virtualizer.getTotalSize() } as const,
    },
    rows: virtualizer.getVirtualItems().map(({ index, start: at }): LongListRow => ({
      key: keys[index]!,
      index,
      rowProps: {
        'aria-setsize': keys.length,
        'aria-posinset': index + 1,
        style: {
          position: 'absolute',
          insetInline: 0,
          top: 0,
          height: rowHeight,
          transform: `translateY(${at - margin}px)`,
        },
      },
    })),
  };
}

/** Behind another view it keeps its rows, and comes back as it was. */
const observeRect: typeof observeElementRect = (instance, tell) =>
  observeElementRect(instance, (rect) => {
    if (rect.height > 0) tell(rect);
  });

function withStop(range: Range, stop: number): number[] {
  const near = defaultRangeExtractor(range);
  if (stop < 0 || near.includes(stop)) return near;
  return stop < (near[0] ?? 0) ? [stop, ...near] : [...near, stop];
}

/** By how many rows most of what was seen has moved: one that goes to the top takes nobody with it. */
function shiftOf(seen: readonly string[], first: number, keys: readonly string[]): number {
  const shifts = seen
    .map((key, index) => [keys.indexOf(key), first + index] as const)
    .filter(([now]) => now >= 0)
    .map(([now, before]) => now - before)
    .sort((a, b) => a - b);
  return shifts[shifts.length >> 1] ?? 0;
}

function scrollerOf(list: Element): HTMLElement | null {
  for (let around = list.parentElement; around; around = around.parentElement)
    if (/auto|scroll/.test(getComputedStyle(around).overflowY)) return around;
  return null;
}
