import { headers } from 'next/headers';
import { cache } from 'react';
import { callerFromRequest } from '#lib/auth/caller.ts';
import { sessionTokenIn } from '#lib/auth/cookies.ts';
import type { Account, Conversation } from '#lib/contract/records.ts';
import { connected } from '#lib/database/connect.ts';
import { refusing } from '#lib/transport/perform.ts';
import { readAccount } from '#lib/use-cases/accounts.ts';
import { listConversations } from '#lib/use-cases/conversations.ts';

export type Arrival =
  | { state: 'signed-in'; account: Account; conversations: Conversation[] }
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
    const { items: conversations } = await listConversations(caller, { limit: 30 });
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
