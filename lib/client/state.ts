import type { Account, Conversation } from '#lib/contract/records.ts';
import { placeConversations } from './rows.ts';
import type { ChatState } from './types.ts';

export const initialState = (account: Account, conversations?: Conversation[]): ChatState => {
  const empty: ChatState = {
    account,
    connection: { status: 'connecting', since: Date.now(), reconnecting: false },
    hasNetwork: true,
    conversations: {},
    listStatus: conversations ? 'ready' : 'loading',
    logs: {},
    members: {},
    receipts: {},
    former: {},
    people: {},
    typing: {},
    outbox: {},
    lostUnsent: 0,
    drafts: {},
    openId: null,
    known: {},
  };
  return conversations ? placeConversations(empty, conversations) : empty;
};
