import { headers } from 'next/headers';
import { cache } from 'react';
import { callerFromRequest } from '#lib/auth/caller.ts';
import { isAppError } from '#lib/contract/errors.ts';
import type { Account, Conversation } from '#lib/contract/records.ts';
import { readAccount } from '#lib/use-cases/accounts.ts';
import { listConversations } from '#lib/use-cases/conversations.ts';

export type Arrival =
  | { state: 'signed-in'; account: Account; conversations: Conversation[] }
  | { state: 'signed-out' }
  | { state: 'away' };

/** Who opens the page, with what their first paint shows; asked once for each request. */
export const arrival = cache(async (): Promise<Arrival> => {
  try {
    const caller = await callerFromRequest(await headers());
    const [{ user: account }, { items: conversations }] = await Promise.all([
      readAccount(caller, {}),
      listConversations(caller, { limit: 30 }),
    ]);
    return { state: 'signed-in', account, conversations };
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.code === 'unauthenticated') return { state: 'signed-out' };
    if (error.code === 'unavailable') return { state: 'away' };
    throw error;
  }
});
