import { vi } from 'vitest';
import type { Call } from '#lib/client/api.ts';
import type { ChatEvent } from '#lib/client/chat-events.ts';
import { RequestError } from '#lib/client/errors.ts';
import type { Command } from '#lib/client/socket.ts';
import { createSync } from '#lib/client/sync.ts';
import type { ChatState } from '#lib/client/types.ts';
import type { Input, OperationName } from '#lib/contract/operations.ts';
import { ana, ben, cleo, createHolder, memberOf, type ServerSide } from './support.ts';

interface Asked {
  name: OperationName;
  input: Record<string, unknown>;
}

/** The syncing part over a server that answers from the same conversations. */
export function createSyncing(start: ChatState, servers: ServerSide[]) {
  const holder = createHolder(start);
  const asked: Asked[] = [];
  let failure: RequestError | null = null;
  let lateMs = 0;
  const pageRows = 1;
  const serverOf = (id: unknown) => servers.find((server) => server.id === id);

  const answers: Partial<Record<OperationName, (input: never) => unknown>> = {
    listConversations: ({ cursor }: Input<'listConversations'>) => {
      const from = Number(cursor ?? 0);
      const items = servers.slice(from, from + pageRows).map((server) => server.row());
      const next = from + pageRows;
      return { items, nextCursor: next < servers.length ? String(next) : null };
    },
    readConversation: ({ conversationId }: Input<'readConversation'>) => {
      const server = serverOf(conversationId);
      if (!server) throw new RequestError('not_found');
      return { conversation: server.row() };
    },
    listMessages: ({ conversationId, ...marks }: Input<'listMessages'>) =>
      serverOf(conversationId)!.list(marks),
    listMembers: () => ({
      items: [ana, ben, cleo].map((user) => memberOf(user)),
      nextCursor: null,
      former: null,
    }),
    readUser: ({ userId }: Input<'readUser'>) => ({
      user: [ben, cleo].find(({ id }) => id === userId),
    }),
    markDelivered: () => ({}),
    markRead: () => ({}),
  };
  const ask = async (name: OperationName, input: Record<string, unknown>) => {
    asked.push({ name, input });
    await Promise.resolve();
    if (failure) throw failure;
    const answer = answers[name]!(input as never);
    if (lateMs > 0) await new Promise((resolve) => setTimeout(resolve, lateMs));
    return answer;
  };
  const sync = createSync({
    ...holder,
    call: ask as unknown as Call,
    command: ask as unknown as Command,
  });
  return {
    ...holder,
    sync,
    fail: (code: RequestError['code'] | null) => (failure = code && new RequestError(code)),
    /** Answers are as things were when asked, and take so long. */
    delay: (ms: number) => (lateMs = ms),
    /** What arrives over the socket. */
    receive(event: ChatEvent) {
      holder.dispatch(event);
      sync.after(event);
    },
    asked: (name: OperationName) =>
      asked.filter((one) => one.name === name).map(({ input }) => input),
  };
}

export const settled = (ms = 1000) => vi.advanceTimersByTimeAsync(ms);
