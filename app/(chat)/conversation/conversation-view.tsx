'use client';

import { useRef, useState, type RefObject } from 'react';
import { useActions, useChat, useReadChat } from '#lib/client/provider.tsx';
import { opensAsItIs } from '#lib/client/history.ts';
import { canPost, pendingOf } from '#lib/client/select.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { ConnectionBanner } from '#lib/ui/connection-banner.tsx';
import { useDelayed } from '#lib/ui/use-delayed.ts';
import { Blocked } from './blocked.tsx';
import { Composer, type ComposerHandle } from './composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { ConversationSkeleton, LogSkeleton } from './conversation-skeleton.tsx';
import { FailedLog, GoneChat, SayHello } from '../shell/parts.tsx';
import { MessageList, type MessageListHandle } from './message-list.tsx';
import { canEdit } from './message-rights.ts';
import { useOpening, type Opening } from './use-opening.ts';

/** One conversation: its header, its messages and the composer. */
export function ConversationView({ id }: { id: string }) {
  // By its id, so that nothing of the conversation before (draft, scrolling, divider) is carried over.
  return <Opened key={id} id={id} />;
}

function Opened({ id }: { id: string }) {
  const conversation = useChat((state) => state.conversations[id]);
  const opening = useOpening(id);
  if (conversation) return <Chat conversation={conversation} opening={opening} />;
  if (opening.failure?.code === 'not_found' || opening.failure?.code === 'invalid_input')
    return <GoneChat />;
  if (opening.failure) return <FailedLog failure={opening.failure} onRetry={opening.retry} />;
  return <ConversationSkeleton />;
}

interface ChatProps {
  conversation: Conversation;
  opening: Opening;
}

function Chat({ conversation, opening }: ChatProps) {
  const { id, title } = conversation;
  const composer = useRef<ComposerHandle>(null);
  const list = useRef<MessageListHandle>(null);
  const myId = useChat((state) => state.account.id);
  const messages = useChat((state) => state.logs[id]?.messages ?? noMessages);
  const [asked, setAsked] = useState<Message | null>(null);
  // Kept in its newest version: it may leave what is loaded of the log, and not come back undeleted.
  const loaded = messages.find((message) => message.id === asked?.id);
  if (loaded && loaded !== asked) setAsked(loaded);
  const editing = asked?.deletedAt ? null : asked;
  const { send } = useActions();
  const read = useReadChat();

  const editLast = () => {
    // The last one cannot be changed before it is accepted, and no other one is meant.
    if (pendingOf(read(), id).length > 0) return false;
    const last = messages.findLast(({ senderId, kind }) => senderId === myId && kind !== 'system');
    if (!last || last.hidden || !canEdit(last, conversation, myId)) return false;
    setAsked(last);
    return true;
  };

  return (
    <section aria-label={title} className="flex h-full min-h-0 flex-1 flex-col">
      <ConversationHeader conversation={conversation} />
      <ConnectionBanner />
      <Log
        conversation={conversation}
        opening={opening}
        list={list}
        onEdit={setAsked}
        onLeave={() => {
          composer.current?.focus();
          return composer.current !== null;
        }}
      />
      {canPost(conversation) ? (
        <Composer
          ref={composer}
          conversation={conversation}
          editing={editing}
          onEditEnd={() => setAsked(null)}
          onEditLast={editLast}
          onSend={(text) => {
            send(id, text);
            list.current?.goToEnd();
          }}
        />
      ) : (
        <Blocked conversation={conversation} />
      )}
    </section>
  );
}

interface LogProps extends ChatProps {
  list: RefObject<MessageListHandle | null>;
  onEdit: (message: Message) => void;
  onLeave: () => boolean;
}

function Log({ conversation, opening, list, onEdit, onLeave }: LogProps) {
  const log = useChat((state) => state.logs[conversation.id]);
  const pending = useChat((state) => pendingOf(state, conversation.id));
  const { failure, retry } = opening;
  // Its log is the one in view, with the divider where it belongs.
  const isOpen = useChat(
    (state) => state.openId === conversation.id || opensAsItIs(state, conversation.id),
  );
  const isEmpty = !log || log.messages.length === 0;
  const isWaiting = !log || (isEmpty && log.loading === 'first' && pending.length === 0);
  const isSlow = useDelayed(isWaiting && !failure);
  if (isEmpty && failure && pending.length === 0)
    return <FailedLog failure={failure} onRetry={retry} />;
  if (!log || isWaiting || isSlow) return <LogSkeleton isSlow={isSlow} />;
  if (isEmpty && pending.length === 0 && conversation.kind === 'direct')
    return <SayHello conversation={conversation} />;
  return (
    <MessageList
      ref={list}
      conversation={conversation}
      log={log}
      isLoaded={isOpen && log.loading !== 'first'}
      onEdit={onEdit}
      onLeave={onLeave}
    />
  );
}

const noMessages: Message[] = [];
