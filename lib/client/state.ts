import type { Output } from '#lib/contract/operations.ts';
import type { Account, Conversation } from '#lib/contract/records.ts';
import { firstPlaced, unreadOf } from './first-page.ts';
import { placeConversations } from './rows.ts';
import type { ChatState } from './types.ts';
import { reduceLog } from './windows.ts';

/** The first page of the conversation that a page was opened with, read after its row. */
export type FirstPage = Output<'listMessages'> & { conversationId: string };

export function initialState(
  account: Account,
  conversations?: Conversation[],
  first?: FirstPage | null,
): ChatState {
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
  const state = conversations ? placeConversations(empty, conversations) : empty;
  const row = first && state.conversations[first.conversationId];
  return row ? reduceLog(state, firstPlaced(row.id, row, unreadOf(row), first)) : state;
}
