'use client';

import {
  createContext,
  useContext,
  useEffect,
  useEffectEvent,
  useState,
  type ReactNode,
} from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Account, Conversation, Message } from '#lib/contract/records.ts';
import type { Push } from './push.ts';
import { createChat, type Chat } from './store.ts';
import type { ChatActions, ChatState } from './types.ts';

const ChatContext = createContext<Chat | null>(null);

export interface ChatProviderProps {
  account: Account;
  /** For the first paint; the whole list is fetched once connected. */
  conversations?: Conversation[];
  /** The socket host, when it is not the page's own origin. */
  socketUrl?: string | null;
  children: ReactNode;
}

export function ChatProvider({ account, conversations, socketUrl, children }: ChatProviderProps) {
  const [chat] = useState(() => createChat({ account, conversations, socketUrl }));
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
export const useChat = <T,>(selector: (state: ChatState) => T): T =>
  useStore(useChatContext().store, useShallow(selector));

/** The same object at every render. */
export const useActions = (): ChatActions => useChatContext().actions;

/** Notifications on this device; the same object at every render. */
export const usePush = (): Push => useChatContext().push;

/** Calls the listener with what comes in while the component is there. */
export function useIncoming(listener: (message: Message, state: ChatState) => void): void {
  const { onMessage, store } = useChatContext();
  const hear = useEffectEvent((message: Message) => listener(message, store.getState()));
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
