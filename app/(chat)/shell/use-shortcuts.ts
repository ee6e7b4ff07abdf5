'use client';

import { useEffect, useEffectEvent } from 'react';
import { useReadChat } from '#lib/client/provider.tsx';
import { isUnread, listRows } from '#lib/client/select.ts';
import { goBack, navigate } from '#lib/ui/nav.tsx';
import { recall } from '#lib/ui/remembered.ts';
import type { View } from '../views.ts';
import { goToRegion } from './regions.ts';
import type { ShellDialog } from './shell-context.tsx';

/** Asks the list for its search box, wherever that is. */
export const searchEvent = 'gatherly:search';

/** Remembered as `off` by who speaks to the computer, or has their keys pressed by accident. */
export const singleKeys = 'single-keys';

interface Shortcuts {
  view: View;
  dialog: ShellDialog | null;
  setDialog: (dialog: ShellDialog | null) => void;
}

/** Keys that work everywhere; those of a conversation are its own. */
export function useShortcuts({ view, dialog, setDialog }: Shortcuts): void {
  const read = useReadChat();
  const openId = view.name === 'chats' ? view.id : null;

  const goTo = (step: 1 | -1, unreadOnly: boolean) => {
    const rows = listRows(read()).filter(({ me }) => !me.archived);
    const from = rows.findIndex(({ id }) => id === openId);
    const order = step === 1 ? rows.slice(from + 1) : rows.slice(0, Math.max(from, 0)).reverse();
    const next = order.find((row) => !unreadOnly || isUnread(row));
    if (next) navigate(`/chats/${next.id}`);
  };

  const escape = () => {
    if (view.name !== 'chats' || !view.id) return;
    if (view.details) goBack(`/chats/${view.id}`);
    else navigate('/chats');
  };

  const altAction = ({ code, shiftKey }: KeyboardEvent): (() => void) | null => {
    if (code === 'KeyN' && !shiftKey) return () => setDialog('new-chat');
    if (code === 'ArrowDown') return () => goTo(1, shiftKey);
    return code === 'ArrowUp' ? () => goTo(-1, shiftKey) : null;
  };

  const plainAction = ({ code, key, target }: KeyboardEvent): (() => void) | null => {
    if (code === 'Escape') return escape;
    if (isTyping(target) || recall(singleKeys) === 'off') return null;
    if (key === '/') return () => dispatchEvent(new Event(searchEvent));
    return key === '?' ? () => setDialog('shortcuts') : null;
  };

  const actionFor = (event: KeyboardEvent): (() => void) | null => {
    const { code, ctrlKey, metaKey, altKey, shiftKey } = event;
    const jumps = (ctrlKey || metaKey) && code === 'KeyK' && !altKey && !shiftKey;
    if (jumps && dialog === 'palette') return () => setDialog(null);
    // What lies on top has the keys; what it covers must not change unseen.
    if (isCovered()) return jumps ? () => undefined : null;
    if (jumps) return () => setDialog('palette');
    // With Ctrl too: some browsers keep F6 for themselves.
    if (code === 'F6' && !altKey && !metaKey) return () => goToRegion(shiftKey ? -1 : 1);
    if (ctrlKey || metaKey) return null;
    return altKey ? altAction(event) : plainAction(event);
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

const isCovered = (): boolean =>
  document.querySelector(':is([role=dialog], [role=menu])[data-state=open]') !== null;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
