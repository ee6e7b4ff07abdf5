import { useEffect, useEffectEvent, useRef } from 'react';
import type { TimelineItem } from './timeline.ts';

const keyOf = (target: EventTarget | null): string | null =>
  (target instanceof Element && target.closest<HTMLElement>('[data-key]')?.dataset['key']) || null;

const bubbleOf = (key: string): HTMLElement | null =>
  document.querySelector(`[data-key="${CSS.escape(key)}"] [data-bubble]`);

const composer = () => document.querySelector<HTMLElement>('[data-composer] textarea');

/**
 * A message that goes away (deleted, discarded) does not take the focus with it: the next message gets
 * it, else the one before, else the composer.
 */
export function useFocusKept(items: readonly TimelineItem[]): void {
  /** The row that has the focus, or had it before a menu or a dialog opened. */
  const focused = useRef<string | null>(null);
  const before = useRef(items);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const isOnTop = (target: Element) => target.closest('[role=dialog], [role=menu]') !== null;
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Element && !isOnTop(target)) focused.current = keyOf(target);
    };
    const onPointerDown = ({ target }: PointerEvent) => {
      if (target instanceof Element && !isOnTop(target)) focused.current = null;
    };
    document.addEventListener('focusin', onFocus, { signal });
    document.addEventListener('pointerdown', onPointerDown, { signal, capture: true });
    return () => listening.abort();
  }, []);

  const mend = useEffectEvent((earlier: readonly TimelineItem[]) => {
    const gone = focused.current;
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (gone === null || !isLost || items.some(({ key }) => key === gone)) return;
    focused.current = null;
    const at = earlier.findIndex(({ key }) => key === gone);
    const near = [...earlier.slice(at + 1), ...earlier.slice(0, Math.max(at, 0)).reverse()];
    const bubble = near.map(({ key }) => bubbleOf(key)).find((found) => found !== null);
    (bubble ?? composer())?.focus();
  });
  useEffect(() => {
    const earlier = before.current;
    before.current = items;
    if (earlier !== items) mend(earlier);
  }, [items]);
}
