import { useEffect, type FocusEvent, type KeyboardEvent, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { recall } from '#lib/ui/remembered.ts';
import { singleKeys } from '../shell/use-shortcuts.ts';
import { stepFrom } from './log-places.ts';
import type { TimelineItem } from './timeline.ts';
import type { LogScroll } from './use-log-scroll.ts';
import type { MessageMenuState } from './use-message-menu.ts';

export interface RowKeysOptions {
  scroller: RefObject<HTMLDivElement | null>;
  /** The key of the message that had the focus last; its row stays in the document. */
  current: string | null;
  setCurrent: (key: string) => void;
  onLeave: () => boolean;
}

const keyOfRow = (element: Element) =>
  element.closest<HTMLElement>('[data-key]')?.dataset['key'] ?? null;

/**
 * The keyboard in the log: one message is in the Tab order, the arrows walk from it, and single keys
 * do to it what the menu does.
 */
export function useRowKeys(
  { scroller, current, setCurrent, onLeave }: RowKeysOptions,
  items: readonly TimelineItem[],
  virtualizer: LogScroll['virtualizer'],
  menu: MessageMenuState,
) {
  const indexOf = (key: string | null) => items.findIndex((item) => item.key === key);
  const isThere = current !== null && indexOf(current) !== -1;
  // The last one in view, until one of them has had the focus.
  const inView = items.slice(0, (virtualizer.range?.endIndex ?? items.length) + 1);
  const tabStop = isThere
    ? current
    : (inView.findLast(({ kind }) => kind === 'bubble')?.key ?? null);

  const focus = (key: string | null | undefined) => {
    if (!key) return;
    // Its row may be far from what is in view: in the document first, it can take the focus.
    flushSync(() => setCurrent(key));
    const row = scroller.current?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    row?.querySelector<HTMLElement>('[data-bubble]')?.focus();
  };

  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const key = keyOfRow(event.target);
    if (key !== null) setCurrent(key);
  };

  const walk = (bubble: HTMLElement, key: string): boolean => {
    const from = indexOf(keyOfRow(bubble));
    const to = stepFrom(items, from, key, (direction) => {
      const { start = 0 } = virtualizer.measurementsCache[from] ?? {};
      const page = (scroller.current?.clientHeight ?? 0) * 0.9;
      return virtualizer.getVirtualItemForOffset(start + direction * page)?.index ?? from;
    });
    if (to !== null) focus(items[to]?.key);
    return to !== null;
  };

  const isShortcut = (bubble: HTMLElement, key: string) =>
    (key.length > 1 || recall(singleKeys) !== 'off') && menu.shortcut(bubble, key);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const bubble = event.target as HTMLElement;
    if (event.key === 'Escape' && onLeave()) return event.preventDefault();
    if (!bubble.matches('[data-bubble]')) return;
    const isMenuKey = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (isMenuKey || event.key === 'Enter') menu.openAt(bubble);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (!walk(bubble, event.key) && !isShortcut(bubble, event.key)) return;
    event.preventDefault();
  };

  // From the log itself, the arrows go to the message where Tab would.
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const enter = (event: globalThis.KeyboardEvent) => {
      if (event.target !== box || !/^Arrow(Up|Down)$/.test(event.key)) return;
      event.preventDefault();
      box.querySelector<HTMLElement>('[data-bubble][tabindex="0"]')?.focus();
    };
    box.addEventListener('keydown', enter);
    return () => box.removeEventListener('keydown', enter);
  }, [scroller]);

  return { tabStop, listeners: { onFocus, onKeyDown } };
}
