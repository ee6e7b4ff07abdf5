import {
  defaultRangeExtractor,
  measureElement,
  observeElementOffset,
  useVirtualizer,
} from '@tanstack/react-virtual';
import {
  startTransition,
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
  type RefObject,
} from 'react';
import { useIsDrawn } from '#lib/client/provider.tsx';
import { isStill } from '#lib/ui/theme.ts';
import { topRoom } from './log-ends.tsx';
import { estimateHeight, type RowMetrics } from './row-height.ts';
import { heightsOf, keepHeights, keepRect, lastRect } from './log-memory.ts';
import { indexOfGoal, rowsToDraw, type Goal } from './log-places.ts';
import { seqOf, timeOf, type TimelineItem } from './timeline.ts';

/** What is in view, after every scroll and every change. */
export interface Look {
  isAtEnd: boolean;
  /** The highest seq that has been in view up to now. */
  seenSeq: number;
  /** When the topmost message was sent; null where a day begins just there. */
  topAt: number | null;
  /** Somebody scrolls, rather than that something was put in its place. */
  isScrolling: boolean;
}

interface LogScrollOptions {
  /** Of the conversation. */
  id: string;
  scroller: RefObject<HTMLDivElement | null>;
  /** What stands below the rows. */
  foot: RefObject<HTMLElement | null>;
  items: readonly TimelineItem[];
  hasOlder: boolean;
  /** What was loaded first is there, the unread divider included. */
  isLoaded: boolean;
  /** The last row is the newest of the conversation. */
  isLive: boolean;
  /** The key of a row that stays in the document wherever one scrolls, as it has the focus. */
  kept: string | null;
  onLook: (look: Look) => void;
  onNearTop: () => void;
  /** @param toNewest somebody is on the way there */
  onNearEnd: (toNewest: boolean) => void;
}

interface View {
  goal: Goal | null;
  isSticking: boolean;
  /** Somebody has scrolled. */
  isTaken: boolean;
  seenSeq: number;
  top: Top | null;
  /** The key of the first row in view as it was drawn last. */
  drawn: string | null;
  /** Where somebody has scrolled to while the page did not live yet. */
  found: Top | null;
}

/** The first row in view, and how far (px) below its top the view begins. */
interface Top {
  key: string;
  below: number;
}

type Range = Pick<Parameters<typeof defaultRangeExtractor>[0], 'startIndex' | 'endIndex'>;

export type LogScroll = ReturnType<typeof useLogScroll>;

/** This near to the end, new messages keep the reader there. */
const stickyPx = 120;
const screensAhead = 2;
const rowsAhead = 10;
/** So many until the conversation is on the screen: the others follow in their own time. */
const firstRowsAhead = 1;
const paddingEnd = 12;
/** Heights of rows that are no longer loaded are forgotten from so many on. */
const mostHeights = 4_000;

/**
 * Where the message log stands. At the end it sticks there; anywhere else the first row in view stays
 * at its place, whatever is put above or below: that is the library's work. It opens where it should,
 * goes where it is told to, and tells what is in view.
 */
export function useLogScroll(options: LogScrollOptions) {
  const { id, scroller, foot, items, hasOlder, isLoaded, isLive, kept } = options;
  const { onLook, onNearTop, onNearEnd } = options;
  const view = useRef<View>({
    goal: { to: 'opening' },
    isSticking: true,
    isTaken: false,
    seenSeq: 0,
    top: null,
    drawn: null,
    found: null,
  });
  const fetchTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isDrawn = useIsDrawn();
  const [isAsDrawn, setAsDrawn] = useState(isDrawn);
  /** Of the log's height: where in view it goes to. Nothing is gone to before it is known. */
  const [third, setThird] = useState(() => thirdOf(lastRect().height));
  const [overscan, setOverscan] = useState(firstRowsAhead);
  const [known] = useState(() => heightsOf(id));
  const [, render] = useReducer((count: number) => count + 1, 0);

  const getItemKey = useCallback((index: number) => items[index]?.key ?? index, [items]);
  let metrics: RowMetrics | undefined;
  const heightOf = (index: number) => {
    metrics ??= metricsOf(scroller.current);
    // Never what is measured, which is whole: the library remembers only what differs.
    return items[index] ? Math.floor(estimateHeight(items[index], metrics)) + 0.5 : 0;
  };
  const indexOf = (row: { key: string }) => items.findIndex(({ key }) => key === row.key);
  const keptIndex = kept === null ? -1 : indexOf({ key: kept });

  const paddingStart = hasOlder ? topRoom : 16;

  // Before the library moves it.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!isAsDrawn || !box) return;
    view.current.found = scrolledTo(box);
    setAsDrawn(false);
  }, [isAsDrawn, scroller]);

  // oxlint-disable-next-line react/incompatible-library -- Nothing that is remembered is made of it.
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLLIElement>({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey,
    estimateSize: heightOf,
    measureElement: (element, entry, instance) =>
      // Nothing has a height in a log that is not displayed, as under a phone's details page.
      measureElement(element, entry, instance) ||
      (instance.itemSizeCache.get(getItemKey(instance.indexFromElement(element))) ?? 0),
    observeElementOffset: observeOffset,
    initialRect: lastRect(),
    initialMeasurementsCache: known,
    initialOffset: (): number => {
      const rows = virtualizer.measurementsCache;
      const { found } = view.current;
      if (found) return (rows[indexOf(found)]?.start ?? 0) + found.below;
      const target = rows[indexOfGoal(items, { to: 'opening' })];
      const height = scroller.current?.clientHeight ?? lastRect().height;
      const [from, room] = target
        ? [target.start, third || thirdOf(height)]
        : [virtualizer.getTotalSize(), height];
      return Math.max(0, from - room);
    },
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => withIndex(range, keptIndex),
      [keptIndex],
    ),
    overscan,
    paddingStart,
    paddingEnd,
    scrollPaddingStart: third,
    anchorTo: 'end',
    followOnAppend: isLive,
    scrollEndThreshold: isLive ? stickyPx : -1,
  });

  const tell = (box: HTMLElement, range: Range) => {
    const now = view.current;
    now.isSticking = isLive && distanceToEnd(box) <= stickyPx;
    now.seenSeq = Math.max(now.seenSeq, lastSeqIn(items, range));
    const top = items[range.startIndex];
    const { start = 0 } = virtualizer.measurementsCache[range.startIndex] ?? {};
    now.top = top ? { key: top.key, below: box.scrollTop - start } : null;
    onLook({
      isAtEnd: now.isSticking,
      seenSeq: now.seenSeq,
      topAt: top ? timeOf(top) : null,
      isScrolling: now.isTaken && !now.isSticking,
    });
  };

  const isNearTop = (box: HTMLElement) =>
    hasOlder && box.scrollTop < screensAhead * box.clientHeight;
  const isNearEnd = (box: HTMLElement) =>
    !isLive && distanceToEnd(box) < screensAhead * box.clientHeight;
  const fetchNear = useEffectEvent(() => {
    const box = scroller.current;
    fetchTimer.current = undefined;
    if (!box?.clientHeight) return;
    if (isNearTop(box)) onNearTop();
    if (isNearEnd(box)) onNearEnd(view.current.goal?.to === 'end');
  });
  const look = useEffectEvent(() => {
    const box = scroller.current;
    const { goal } = view.current;
    // Out of sight, and until it is where it was again, nothing is in view.
    if (third === 0 || !box?.clientHeight || goal?.to === 'opening') return;
    // Where a log stands that has just become lower, by a composer that grew, is not where it stays.
    if (thirdOf(box.clientHeight) !== third) return;
    // Of what is loaded it may be that nothing is shown: then both ends are near.
    if (virtualizer.range) tell(box, virtualizer.range);
    const isNear = isNearTop(box) || isNearEnd(box);
    // Not in this frame, which has enough to do; nor put off by each that follows.
    if (isNear) fetchTimer.current ??= setTimeout(() => fetchNear());
  });

  const pursue = () => {
    const now = view.current;
    const box = scroller.current;
    if (!(now.goal || now.found) || !box?.clientHeight) return;
    if (now.found) {
      now.goal = null;
      now.isTaken = true;
      // The library knows: what it were told now would keep it from what rows above turn out to need.
      box.scrollTop = virtualizer.scrollOffset ?? 0;
      now.found = null;
    }
    if (!now.goal) return;
    const index = indexOfGoal(items, now.goal);
    const isAtRow = now.goal.to !== 'end' && index < items.length;
    if (isAtRow) virtualizer.scrollToIndex(index, { align: 'start' });
    else virtualizer.scrollToEnd();
    const isThere = now.goal.to === 'opening' ? isLoaded : now.goal.to === 'time' || isLive;
    if (!isThere || (isAtRow && !hasLandedAt(index))) return;
    // The library would go on to that index, where another row is once an older page has come.
    if (isAtRow) virtualizer.cancelScroll();
    now.goal = null;
  };
  const returnTo = (top: Top) => {
    const row = virtualizer.measurementsCache[indexOf(top)];
    if (row) virtualizer.scrollToOffset(row.start + top.below);
  };
  const hasLandedAt = (index: number) => {
    const [offset] = virtualizer.getOffsetForIndex(index, 'start') ?? [0];
    return Math.abs((virtualizer.scrollOffset ?? 0) - offset) <= 1;
  };

  useLayoutEffect(() => {
    if (third > 0) pursue();
    look();
    view.current.drawn = items[virtualizer.range?.startIndex ?? 0]?.key ?? null;
  });
  useLayoutEffect(() => {
    setThird(thirdOf(scroller.current?.clientHeight));
    // At the newest size: the virtualizer has heard of it when this log goes.
    return () => {
      clearTimeout(fetchTimer.current);
      fetchTimer.current = undefined;
      keepRect(virtualizer.scrollRect);
      keepHeights(id, virtualizer.takeSnapshot());
    };
  }, [id, scroller, virtualizer]);
  useEffect(() => {
    const frame = requestAnimationFrame(() => startTransition(() => setOverscan(rowsAhead)));
    return () => cancelAnimationFrame(frame);
  }, []);

  const onScroll = useEffectEvent(() => {
    if (third > 0 && isLoaded) pursue();
    look();
  });
  const onTaken = useEffectEvent(() => {
    const now = view.current;
    now.isTaken = true;
    if (!now.goal || (now.goal.to === 'opening' && !isLoaded)) return;
    now.goal = null;
    virtualizer.cancelScroll();
  });
  const onResize = useEffectEvent(() => {
    const { isSticking, goal, top } = view.current;
    const height = thirdOf(scroller.current?.clientHeight);
    setThird(height);
    if (height === 0) return;
    if (isSticking && goal === null) virtualizer.scrollToEnd();
    // Out of sight it has lost its place.
    else if (third === 0 && top) returnTo(top);
    look();
  });
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const scrolled = () => onScroll();
    const taken = () => onTaken();
    const observer = new ResizeObserver(() => onResize());
    observer.observe(box);
    if (foot.current) observer.observe(foot.current);
    box.addEventListener('scroll', scrolled, { passive: true });
    const takers = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;
    for (const type of takers) box.addEventListener(type, taken, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', scrolled);
      for (const type of takers) box.removeEventListener(type, taken);
    };
  }, [scroller, foot]);

  useEffect(() => {
    // Whichever way one scrolls, what is in view stays.
    virtualizer.shouldAdjustScrollPositionOnItemSizeChange = (item) => {
      const top = virtualizer.scrollOffset ?? 0;
      if (virtualizer.itemSizeCache.has(item.key)) return item.end <= top;
      // One that was not drawn in time pushes nothing away that was.
      const row = virtualizer.elementsCache.get(view.current.drawn ?? '');
      const drawn =
        row?.isConnected && virtualizer.measurementsCache[virtualizer.indexFromElement(row)];
      const isSeen = drawn && drawn.start < top + (virtualizer.scrollRect?.height ?? 0);
      return item.start < (isSeen ? Math.max(top, drawn.start) : top);
    };
  }, [virtualizer]);
  useEffect(() => {
    const heights = virtualizer.itemSizeCache;
    if (heights.size < mostHeights) return;
    const loaded = new Set<unknown>(items.map(({ key }) => key));
    for (const key of heights.keys()) if (!loaded.has(key)) heights.delete(key);
  }, [virtualizer, items]);

  /** As the server draws it: its rows one below the other, and in the browser measured before it lives. */
  const still = isAsDrawn && {
    rows: rowsToDraw(items),
    // A page that is drawn before all of it has come shows none of them at a place where they do not stay.
    style: { paddingBlock: `${paddingStart}px ${paddingEnd}px`, visibility: 'hidden' } as const,
    measure(row: HTMLLIElement | null) {
      const { offsetHeight = 0, dataset } = row ?? {};
      if (offsetHeight > 0) virtualizer.itemSizeCache.set(dataset?.['key'] ?? '', offsetHeight);
    },
  };

  /** Also to what has yet to be drawn or fetched; `smooth` as far as one can see where it goes. */
  const goTo = (goal: Goal, how: 'instant' | 'smooth' = 'instant') => {
    const box = scroller.current;
    if (!box) return;
    const isNear = isLive && distanceToEnd(box) <= screensAhead * box.clientHeight;
    if (how === 'smooth' && isNear && !isStill())
      return virtualizer.scrollToEnd({ behavior: 'smooth' });
    view.current.goal = goal;
    // What was written just now is drawn with it.
    render();
  };

  return { virtualizer, still, goTo, isInSight: third > 0 };
}

/** Where the log is if somebody has scrolled since `openLogScript`. */
function scrolledTo(box: HTMLElement): Top | null {
  const { gatherlyLogTop = box.scrollTop } = window as { gatherlyLogTop?: number };
  if (Math.abs(box.scrollTop - gatherlyLogTop) <= 1) return null;
  const { top } = box.getBoundingClientRect();
  for (const row of box.querySelectorAll<HTMLElement>('[data-key]')) {
    const below = top - row.getBoundingClientRect().top;
    if (below < row.offsetHeight) return { key: row.dataset['key'] ?? '', below };
  }
  return null;
}

function lastSeqIn(items: readonly TimelineItem[], { startIndex, endIndex }: Range): number {
  const last = items.slice(startIndex, endIndex + 1).findLast((item) => seqOf(item) !== undefined);
  return (last && seqOf(last)) ?? 0;
}

/**
 * Where a wheel scrolls, the library takes the log to rest: rows that come into view are drawn and measured in
 * a task of their own after the frame, instead of within it. Of fingers it has to know, and draws within the
 * frame: Chrome carries a fling on from wherever a jump has put the log, unless the library stops it first, and
 * WebKit lets nobody move what a finger scrolls: there the library shifts the rows meanwhile.
 */
const observeOffset: typeof observeElementOffset = (instance, tell) =>
  observeElementOffset(instance, (offset, isScrolling) => {
    const isMoving = Math.abs(offset - (instance.scrollOffset ?? 0)) >= 1;
    tell(offset, isScrolling && isMoving && isTouchOrWebKit);
  });

const isTouchOrWebKit =
  typeof window !== 'undefined' && (navigator.maxTouchPoints > 0 || 'GestureEvent' in window);

const distanceToEnd = (box: HTMLElement) => box.scrollHeight - box.scrollTop - box.clientHeight;

const thirdOf = (height = 0) => Math.round(height / 3);

function metricsOf(box: HTMLElement | null): RowMetrics {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { rem, width: box?.clientWidth ?? innerWidth };
}

function withIndex(range: Parameters<typeof defaultRangeExtractor>[0], index: number): number[] {
  const shown = defaultRangeExtractor(range);
  if (index < 0 || shown.includes(index)) return shown;
  return index < (shown[0] ?? 0) ? [index, ...shown] : [...shown, index];
}
