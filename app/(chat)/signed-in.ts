import { cookies, headers } from 'next/headers';
import { cache } from 'react';
import { callerFromRequest } from '#lib/auth/caller.ts';
import { sessionTokenIn } from '#lib/auth/cookies.ts';
import type { Account, Conversation } from '#lib/contract/records.ts';
import { firstMark, pageSize, unreadOf } from '#lib/client/first-page.ts';
import type { FirstPage } from '#lib/client/state.ts';
import { zoneIn } from '#lib/texts/zone.ts';
import { connected } from '#lib/database/connect.ts';
import { perform, refusing } from '#lib/transport/perform.ts';
import { pathHeader } from '#lib/transport/security-headers.ts';
import { readAccount } from '#lib/use-cases/accounts.ts';
import { listConversations } from '#lib/use-cases/conversations.ts';
import type { Caller } from '#lib/use-cases/define.ts';
import { viewOf } from './views.ts';

export type Arrival =
  | {
      state: 'signed-in';
      account: Account;
      conversations: Conversation[];
      /** Of the conversation at the address. */
      first: FirstPage | null;
    }
  | { state: 'signed-out' }
  | { state: 'away' };

/** Whose session the request comes with; asked once for each request. */
export const signedIn = cache(async () => {
  const asked = await headers();
  return refusing('page', async () => {
    // Without a database a visitor is still known to be one.
    if (sessionTokenIn(asked.get('cookie'))) await connected();
    const caller = await callerFromRequest(asked);
    const { user: account } = await readAccount(caller, {});
    return { ok: true as const, caller, account };
  });
});

/** Who opens the page, with what their first paint shows; asked once for each request. */
export const arrival = cache(async (): Promise<Arrival> => {
  const reply = await refusing('page', async () => {
    const found = await signedIn();
    if (!found.ok) {
      // Where nobody can be recognised, the page says that the server is away.
      if (found.error.code === 'unauthenticated') await connected();
      return found;
    }
    const { caller, account } = found;
    const { items } = await listConversations(caller, { limit: 30 });
    const opened = await openedAt((await headers()).get(pathHeader) ?? '', caller, items);
    const conversations = opened && !items.includes(opened.row) ? [...items, opened.row] : items;
    return { ok: true as const, account, conversations, first: opened?.first ?? null };
  });
  if (reply.ok) {
    const { account, conversations, first } = reply;
    return { state: 'signed-in', account, conversations, first };
  }
  const { code, message } = reply.error;
  if (code === 'unauthenticated') return { state: 'signed-out' };
  if (code === 'unavailable') return { state: 'away' };
  throw new Error(message);
});

/**
 * The conversation that an address names, with its first page: read after the row, so that it has all of
 * what the row tells. Null for one that the caller may not know of, which the page then finds out as it does
 * with any, and where nobody knows which times to draw.
 */
async function openedAt(path: string, caller: Caller, listed: Conversation[]) {
  const view = viewOf(path);
  if (view?.name !== 'chats' || !view.id || !zoneIn(await cookies())) return null;
  const conversationId = view.id;
  const row =
    listed.find(({ id }) => id === conversationId) ?? (await unlisted(caller, conversationId));
  if (!row) return null;
  const page = { conversationId, limit: pageSize, ...firstMark(unreadOf(row)) };
  const reply = await perform('listMessages', caller, page);
  return reply.ok ? { row, first: { conversationId, ...reply.data } } : null;
}

async function unlisted(caller: Caller, conversationId: string): Promise<Conversation | null> {
  const reply = await perform('readConversation', caller, { conversationId });
  return reply.ok ? reply.data.conversation : null;
}
