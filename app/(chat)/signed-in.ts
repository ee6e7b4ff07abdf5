import { headers } from 'next/headers';
import { cache } from 'react';
import { callerFromRequest } from '#lib/auth/caller.ts';
import type { Account, Conversation } from '#lib/contract/records.ts';
import { connected } from '#lib/database/connect.ts';
import { refusing } from '#lib/transport/perform.ts';
import { readAccount } from '#lib/use-cases/accounts.ts';
import { listConversations } from '#lib/use-cases/conversations.ts';

export type Arrival =
  | { state: 'signed-in'; account: Account; conversations: Conversation[] }
  | { state: 'signed-out' }
  | { state: 'away' };

/** Who opens the page, with what their first paint shows; asked once for each request. */
export const arrival = cache(async (): Promise<Arrival> => {
  const asked = await headers();
  const reply = await refusing('page', async () => {
    await connected();
    const caller = await callerFromRequest(asked);
    const [{ user: account }, { items: conversations }] = await Promise.all([
      readAccount(caller, {}),
      listConversations(caller, { limit: 30 }),
    ]);
    return { ok: true as const, account, conversations };
  });
  if (reply.ok) {
    const { account, conversations } = reply;
    return { state: 'signed-in', account, conversations };
  }
  const { code, message } = reply.error;
  if (code === 'unauthenticated') return { state: 'signed-out' };
  if (code === 'unavailable') return { state: 'away' };
  throw new Error(message);
});
