'use client';

import {
  createContext,
  useContext,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { useStore } from 'zustand';
import type { Account, Conversation, Message } from '#lib/contract/records.ts';
import type { Call } from './api.ts';
import { isSameList } from './select.ts';
import type { FirstPage } from './state.ts';
import { createChat, type Chat } from './store.ts';
import type { ChatActions, ChatState } from './types.ts';

const ChatContext = createContext<Chat | null>(null);

interface ChatProviderProps {
  account: Account;
  /** For the first paint; the whole list is fetched once connected. */
  conversations?: Conversation[];
  /** Of the conversation in view, if it is one of these. */
  first?: FirstPage | null;
  /** The socket host, when it is not the page's own origin. */
  socketUrl?: string | null;
  children: ReactNode;
}

export function ChatProvider({ children, ...given }: ChatProviderProps) {
  const [chat] = useState(() => createChat(given));
  useEffect(() => {
    chat.start();
    return () => chat.stop();
  }, [chat]);
  return <ChatContext value={chat}>{children}</ChatContext>;
}

function useChatContext(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('There is no ChatProvider above this component');
  return chat;
}

/** Renders again when the selection changes; a fresh array or object with the same parts does not count. */
export function useChat<T>(selector: (state: ChatState) => T): T {
  const last = useRef<T>(undefined);
  return useStore(useChatContext().store, (state) => {
    const selected = selector(state);
    if (last.current === undefined || !isSame(last.current, selected)) last.current = selected;
    return last.current;
  });
}

// By the thousand: zustand's own makes maps of both lists.
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && isSameList(a, b);
  const [from, to] = [Object.entries(a), b as Record<string, unknown>];
  return (
    from.length === Object.keys(b).length &&
    from.every(([key, value]) => Object.hasOwn(to, key) && Object.is(value, to[key]))
  );
}

/** Whether the page is as the server has drawn it: it does not live yet. */
export const useIsDrawn = (): boolean => !useChatContext().hasStarted();

/** Reads the state of the moment, for what is done in it: nothing renders again when it changes. */
export const useReadChat = (): (() => ChatState) => useChatContext().store.getState;

/** The same object at every render. */
export const useActions = (): ChatActions => useChatContext().actions;

/** For what the store does not do itself; the same function at every render. */
export const useCall = (): Call => useChatContext().call;

/** Calls the listener with what comes in while the component is there. */
export function useIncoming(listener: (message: Message) => void): void {
  const { onMessage } = useChatContext();
  const hear = useEffectEvent(listener);
  useEffect(() => onMessage((message) => hear(message)), [onMessage]);
}

/** Keeps these people's presence up to date while the component is on screen. */
export function useWatchPresence(userIds: readonly string[]): void {
  const { watchPresence } = useChatContext();
  const wanted = [...new Set(userIds)].sort().join(' ');
  useEffect(() => {
    if (wanted === '') return;
    return watchPresence(wanted.split(' '));
  }, [watchPresence, wanted]);
}
