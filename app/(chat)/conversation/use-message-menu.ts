import { useState, type MouseEvent } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { haptic } from '#lib/ui/haptic.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useLongPress } from '#lib/ui/use-long-press.ts';
import { copyText } from './copy-text.ts';
import { canEdit } from './message-rights.ts';
import type { TimelineItem } from './timeline.ts';
import { useFocusKept } from './use-focus-kept.ts';

export interface MenuTarget {
  message: Message;
  bubble: HTMLElement;
  /** Where the menu opens: at the pointer, or under the message when it is held on a touch screen. */
  at: { x: number; y: number } | 'under';
  /** By the keyboard, which then is on its first item. */
  byKeys: boolean;
}

export type MessageMenuState = ReturnType<typeof useMessageMenu>;

/** One menu for all messages: rows say nothing, the list listens. */
export function useMessageMenu(
  items: readonly TimelineItem[],
  conversation: Conversation,
  onEdit: (message: Message) => void,
) {
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  const [target, setTarget] = useState<MenuTarget | null>(null);
  const [deleting, setDeleting] = useState<Message | null>(null);
  useFocusKept(items);

  const messageAt = (element: Element): Message | null => {
    const key = element.closest<HTMLElement>('[data-key]')?.dataset['key'];
    const item = items.find((candidate) => candidate.key === key);
    return item?.kind === 'bubble' ? item.message : null;
  };
  const open = (bubble: HTMLElement | null, at: MenuTarget['at'], byKeys = false) => {
    const message = bubble && messageAt(bubble);
    if (message) setTarget({ message, bubble, at, byKeys });
    return message !== null;
  };
  // Where a line begins, from where the menu goes on along it.
  const startOf = (box: DOMRect, inset: number) =>
    t.direction === 'ltr' ? box.left + inset : box.right - inset;
  const openAt = (bubble: HTMLElement) => {
    const box = bubble.getBoundingClientRect();
    open(bubble, { x: startOf(box, 16), y: Math.max(box.top, 80) + 16 }, true);
  };

  const actions = {
    canCopy: (message: Message) => message.text !== '' && message.deletedAt === null,
    canEdit: (message: Message) => canEdit(message, conversation, myId),
    copy: (message: Message) => void copyText(t, message.text),
    edit: onEdit,
    askDelete: setDeleting,
  };

  const shortcut = (bubble: HTMLElement, key: string): boolean => {
    const message = messageAt(bubble);
    if (!message) return false;
    if (key === 'c' && actions.canCopy(message)) actions.copy(message);
    else if (key === 'e' && actions.canEdit(message)) actions.edit(message);
    else if (key === 'Delete') setDeleting(message);
    else return false;
    return true;
  };

  const press = useLongPress(({ target: held }) => {
    const isOpened = open((held as HTMLElement).closest<HTMLElement>('[data-bubble]'), 'under');
    if (isOpened) haptic('press');
    return isOpened;
  });
  const listeners = {
    ...press.listeners,
    onContextMenu(event: MouseEvent<HTMLElement>) {
      const element = event.target as HTMLElement;
      const bubble = element.closest<HTMLElement>('[data-bubble]');
      // The browser's own menu is of more use on a link and on selected text.
      if (!bubble || element.closest('a') || !getSelection()?.isCollapsed) return;
      const { pointerType } = event.nativeEvent as globalThis.PointerEvent;
      const at = pointerType === 'touch' ? 'under' : { x: event.clientX, y: event.clientY };
      if (target || open(bubble, at)) event.preventDefault();
      press.stop();
    },
    onClick(event: MouseEvent<HTMLElement>) {
      const more = (event.target as HTMLElement).closest('[data-more]');
      if (!more) return;
      const box = more.getBoundingClientRect();
      const bubble = more.closest('[data-key]')?.querySelector<HTMLElement>('[data-bubble]');
      open(bubble ?? null, { x: startOf(box, 0), y: box.bottom + 4 });
    },
  };

  return {
    target,
    close: () => setTarget(null),
    deleting,
    ...actions,
    openAt,
    shortcut,
    listeners,
  };
}
