import { useEffect, useState, type FocusEvent, type KeyboardEvent, type RefObject } from 'react';
import { recall } from '#lib/ui/remembered.ts';
import { singleKeys } from '../shell/use-shortcuts.ts';
import type { TimelineItem } from './timeline.ts';
import type { MessageMenuState } from './use-message-menu.ts';

const rowOf = (bubble: Element) => bubble.closest<HTMLElement>('[data-key]');

/**
 * The keyboard in the log: one message is in the Tab order, the arrows walk from it, and single keys
 * do to it what the menu does.
 */
export function useRowKeys(
  items: readonly TimelineItem[],
  menu: MessageMenuState,
  onLeave: () => boolean,
) {
  const [current, setCurrent] = useState<string | null>(null);
  const isThere = items.some(({ key }) => key === current);
  const tabStop = isThere
    ? current
    : (items.findLast(({ kind }) => kind === 'bubble')?.key ?? null);

  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const key = rowOf(event.target)?.dataset['key'];
    if (key !== undefined) setCurrent(key);
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
    else if (!walk(event.currentTarget, bubble, event.key) && !isShortcut(bubble, event.key))
      return;
    event.preventDefault();
  };

  return { tabStop, listeners: { onFocus, onKeyDown } };
}

function walk(list: HTMLElement, from: HTMLElement, key: string): boolean {
  const bubbles = [...list.querySelectorAll<HTMLElement>('[data-bubble]')];
  const steps: Record<string, number> = {
    ArrowUp: bubbles.indexOf(from) - 1,
    ArrowDown: bubbles.indexOf(from) + 1,
    Home: 0,
    End: bubbles.length - 1,
  };
  const step = steps[key];
  if (step === undefined) return false;
  bubbles[step]?.focus();
  return true;
}

/** From the log itself, the arrows go to the newest message. */
export function useArrowsInto(log: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const box = log.current;
    if (!box) return;
    const enter = (event: globalThis.KeyboardEvent) => {
      if (event.target !== box || !/^Arrow(Up|Down)$/.test(event.key)) return;
      event.preventDefault();
      [...box.querySelectorAll<HTMLElement>('[data-bubble]')].at(-1)?.focus();
    };
    box.addEventListener('keydown', enter);
    return () => box.removeEventListener('keydown', enter);
  }, [log]);
}
