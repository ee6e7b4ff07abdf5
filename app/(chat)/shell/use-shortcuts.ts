'use client';

import { useEffect, useEffectEvent } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { listRows } from '#lib/client/select.ts';
import { goBack, navigate } from '#lib/ui/nav.tsx';
import type { View } from '../views.ts';
import type { ShellDialog } from './shell-context.tsx';

/** Asks the list for its search box, wherever that is. */
export const searchEvent = 'gatherly:search';

/** Keys that work everywhere; those of a conversation are its own. */
export function useShortcuts(view: View, open: (dialog: ShellDialog) => void): void {
  const rows = useChat((state) => listRows(state).filter(({ me }) => !me.archived));
  const openId = view.name === 'chats' ? view.id : null;

  const goTo = (step: 1 | -1, unreadOnly: boolean) => {
    const from = rows.findIndex(({ id }) => id === openId);
    const order = step === 1 ? rows.slice(from + 1) : rows.slice(0, Math.max(from, 0)).reverse();
    const next = order.find(({ unreadCount }) => !unreadOnly || unreadCount > 0);
    if (next) navigate(`/chats/${next.id}`);
  };

  const escape = () => {
    if (view.name !== 'chats' || !view.id) return;
    if (view.details) goBack(`/chats/${view.id}`);
    else navigate('/chats');
  };

  const altAction = ({ code, shiftKey }: KeyboardEvent): (() => void) | null => {
    if (code === 'KeyN' && !shiftKey) return () => open('new-chat');
    if (code === 'ArrowDown') return () => goTo(1, shiftKey);
    return code === 'ArrowUp' ? () => goTo(-1, shiftKey) : null;
  };

  const actionFor = (event: KeyboardEvent): (() => void) | null => {
    const { code, key, altKey, shiftKey, target } = event;
    if (event.ctrlKey || event.metaKey) {
      const isSearch = code === 'KeyK' && !altKey && !shiftKey;
      return isSearch ? () => dispatchEvent(new Event(searchEvent)) : null;
    }
    if (altKey) return altAction(event);
    if (code === 'Escape') return escape;
    return key === '?' && !isTyping(target) ? () => open('shortcuts') : null;
  };

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const act = actionFor(event);
    if (!act) return;
    event.preventDefault();
    act();
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
