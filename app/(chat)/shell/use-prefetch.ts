import { useEffect, useRef, type SyntheticEvent } from 'react';
import { useActions } from '#lib/client/provider.tsx';

/** Who only passes over a row on the way to another asks for nothing. */
const dwellMs = 80;

/** For a list of chats: what is pointed at is fetched, so that it is there when it is opened. */
export function usePrefetch() {
  const { prefetchConversation } = useActions();
  const aim = useRef<{ id: string; timer: ReturnType<typeof setTimeout> } | null>(null);
  const leave = () => {
    clearTimeout(aim.current?.timer);
    aim.current = null;
  };
  useEffect(() => () => clearTimeout(aim.current?.timer), []);

  const dwell = ({ target }: SyntheticEvent) => {
    const id = chatAt(target);
    if (id === aim.current?.id) return;
    leave();
    if (id === undefined) return;
    const timer = setTimeout(() => void prefetchConversation(id), dwellMs);
    aim.current = { id, timer };
  };
  const press = ({ target }: SyntheticEvent) => {
    const id = chatAt(target);
    if (id !== undefined) void prefetchConversation(id);
  };
  return {
    onPointerOver: dwell,
    onPointerLeave: leave,
    onPointerDown: press,
    onFocusCapture: dwell,
  };
}

const chatAt = (target: EventTarget): string | undefined =>
  target instanceof Element
    ? target.closest<HTMLElement>('[data-chat]')?.dataset['chat']
    : undefined;
