import { useEffect, useEffectEvent, useLayoutEffect, useRef, type RefObject } from 'react';

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
  scroller: RefObject<HTMLDivElement | null>;
  /** Its children are the rows: `data-key`, and on messages `data-seq` and `data-at`. */
  list: RefObject<HTMLElement | null>;
  /** What was loaded first is there, the unread divider included. */
  isLoaded: boolean;
  /** The last row is the newest of the conversation. */
  isLive: boolean;
  onLook: (look: Look) => void;
  onNearTop: (isWindowShort: boolean) => void;
  onNearEnd: (isWindowShort: boolean) => void;
}

/** This near to the end, new messages keep the reader there. */
const stickyPx = 100;
const screensAhead = 2;

/**
 * Where the message log stands. At the end it sticks there; anywhere else the first message in view
 * stays at its place, whatever is put above or below, and however the box itself grows or shrinks.
 */
export function useLogScroll(options: LogScrollOptions) {
  const { scroller, list, isLoaded, isLive, onLook, onNearTop, onNearEnd } = options;
  const view = useRef({
    isPlaced: false,
    isSticking: true,
    wantsEnd: false,
    seenSeq: 0,
    /** What is in view, and where it stood in the log. */
    anchors: [] as { key: string; top: number }[],
    height: 0,
    room: 0,
    /** Where it was put by itself. */
    ownTop: -1,
  });

  const look = (isScrolling: boolean) => {
    const box = scroller.current;
    const rows = list.current?.children;
    // A log that is not displayed, as under a phone's details page, keeps its place.
    if (!box || !rows || box.clientHeight === 0) return;
    const now = view.current;
    const toEnd = box.scrollHeight - box.scrollTop - box.clientHeight;
    now.isSticking = isLive && toEnd <= stickyPx;
    now.anchors = [];
    let topAt: number | null | undefined;
    const bottom = box.scrollTop + box.clientHeight;
    for (let index = firstRowBelow(rows, box.scrollTop); index < rows.length; index++) {
      const row = rows[index] as HTMLElement;
      if (row.offsetTop >= bottom) break;
      const { key = '', seq, at } = row.dataset;
      if (topAt === undefined) topAt = at === undefined ? null : Number(at);
      if (at === undefined) continue;
      now.anchors.push({ key, top: row.offsetTop });
      now.seenSeq = Math.max(now.seenSeq, Number(seq ?? 0));
    }
    onLook({ isAtEnd: now.isSticking, seenSeq: now.seenSeq, topAt: topAt ?? null, isScrolling });
    const ahead = screensAhead * box.clientHeight;
    const isNear = (distance: number) => distance < ahead;
    // A short step along the log must not at once ask for the step back.
    const isShort = (distance: number) => distance < Math.min(ahead, box.scrollHeight / 4);
    if (isNear(box.scrollTop)) onNearTop(isShort(box.scrollTop));
    if (isNear(toEnd)) onNearEnd(isShort(toEnd));
  };

  const restore = () => {
    const box = scroller.current;
    const rows = list.current;
    if (!box || !rows || box.clientHeight === 0) return;
    const now = view.current;
    const before = box.scrollTop;
    const hasChanged = now.height !== box.scrollHeight || now.room !== box.clientHeight;
    if (!now.isPlaced) {
      const divider = rows.querySelector<HTMLElement>('[data-key="divider"]');
      // Where everything fits below it, the browser stops at the end by itself.
      scrollTo(box, divider ? divider.offsetTop - box.clientHeight / 3 : box.scrollHeight);
      now.isPlaced = isLoaded;
    } else if ((now.isSticking && hasChanged) || now.wantsEnd) {
      scrollTo(box, box.scrollHeight);
      if (isLive) now.wantsEnd = false;
    } else {
      // The log may have moved on and be just as high as before.
      for (const anchor of now.anchors) {
        const row = rows.querySelector<HTMLElement>(`[data-key="${CSS.escape(anchor.key)}"]`);
        if (!row) continue;
        // By how far it was moved, not to where it was: somebody may be scrolling meanwhile.
        scrollTo(box, box.scrollTop + row.offsetTop - anchor.top);
        break;
      }
    }
    now.height = box.scrollHeight;
    now.room = box.clientHeight;
    if (box.scrollTop !== before) now.ownTop = box.scrollTop;
    look(false);
  };

  useLayoutEffect(restore);

  const onScroll = useEffectEvent(() => {
    const { ownTop, height, room } = view.current;
    const box = scroller.current;
    // The browser moves it too, when the box grows at the end of the log.
    look(box?.scrollTop !== ownTop && box?.scrollHeight === height && box.clientHeight === room);
  });
  const onResize = useEffectEvent(restore);
  useEffect(() => {
    const box = scroller.current;
    const rows = list.current;
    if (!box || !rows) return;
    const scrolled = () => onScroll();
    const taken = () => (view.current.wantsEnd = false);
    const observer = new ResizeObserver(() => onResize());
    observer.observe(box);
    observer.observe(rows);
    box.addEventListener('scroll', scrolled, { passive: true });
    box.addEventListener('wheel', taken, { passive: true });
    box.addEventListener('touchmove', taken, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', scrolled);
      box.removeEventListener('wheel', taken);
      box.removeEventListener('touchmove', taken);
    };
  }, [scroller, list]);

  /** To the newest message, also when it has yet to be drawn or fetched. */
  return function goToEnd(how: 'instant' | 'smooth') {
    const box = scroller.current;
    if (!box) return;
    const distance = box.scrollHeight - box.scrollTop - box.clientHeight;
    const isNear = isLive && distance <= screensAhead * box.clientHeight;
    if (how === 'smooth' && isNear && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
      box.scrollTo({ top: box.scrollHeight, behavior: 'smooth' });
      return;
    }
    view.current.wantsEnd = true;
    restore();
  };
}

// Setting it to the same value would still end a smooth scroll that is under way.
function scrollTo(box: HTMLElement, top: number): void {
  const target = Math.max(0, Math.min(top, box.scrollHeight - box.clientHeight));
  if (Math.abs(box.scrollTop - target) > 0.5) box.scrollTop = target;
}

function firstRowBelow(rows: HTMLCollection, top: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle] as HTMLElement;
    if (row.offsetTop + row.offsetHeight <= top) low = middle + 1;
    else high = middle;
  }
  return low;
}
