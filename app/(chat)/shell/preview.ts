import {
  isConnected,
  nameOf,
  pendingOf,
  remembered,
  tickOf,
  typersIn,
} from '#lib/client/select.ts';
import type { ChatState, Tick } from '#lib/client/types.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { typingText } from '../conversation/header-text.ts';
import { firstName, shownName } from '../conversation/names.ts';
import { systemText } from '../conversation/system-text.ts';
import { plainText } from '../conversation/text-marks.ts';

/** The second line of a row: what goes on in a chat, in the order of what matters most. */
export interface Preview {
  kind: 'typing' | 'failed' | 'draft' | 'text' | 'deleted' | 'system' | 'nothing';
  /** Who says it: "You", or in a group a first name. */
  who: string;
  text: string;
  tick: Tick | null;
  at: string;
}

export function previewOf(t: Texts, state: ChatState, row: Conversation, isOpen: boolean): Preview {
  const { id } = row;
  const { account, people } = state;
  const { drafts, former, members, outbox, receipts, typing } = state;
  const own = [drafts, former, members, outbox, receipts, typing].map((record) => record[id]);
  // All rows ask at every change of anything.
  return rememberPreviews(id, [t, row, isOpen, account, isConnected(state), people, ...own], () =>
    makePreview(t, state, row, isOpen),
  );
}

const rememberPreviews = remembered<Preview>();

function makePreview(t: Texts, state: ChatState, row: Conversation, isOpen: boolean): Preview {
  const pending = pendingOf(state, row.id).at(-1);
  const at = pending?.createdAt ?? row.lastMessage?.createdAt ?? row.createdAt;
  const plain = { who: '', tick: null, at };
  const typers = typersIn(state, row.id);
  if (typers.length > 0)
    return { ...plain, kind: 'typing', text: typingText(t, typers, row.kind === 'group') };
  const failed = pendingOf(state, row.id).findLast(({ status }) => status === 'failed');
  if (failed) return { ...plain, kind: 'failed', text: oneLine(failed.text), tick: 'failed' };
  const draft = state.drafts[row.id]?.trim();
  if (draft && !isOpen) return { ...plain, kind: 'draft', text: oneLine(draft) };
  if (pending) {
    const who = row.kind === 'group' ? t('person.you') : '';
    return { kind: 'text', who, text: oneLine(pending.text), tick: 'pending', at };
  }
  return row.lastMessage
    ? ofMessage(t, state, row, row.lastMessage)
    : { ...plain, kind: 'nothing', text: sayHello(t, row) };
}

function ofMessage(t: Texts, state: ChatState, row: Conversation, message: Message): Preview {
  const me = state.account.id;
  const at = message.createdAt;
  const name = (id: string) => shownName(t, nameOf(state, id, row));
  if (message.system) {
    return { kind: 'system', who: '', text: systemText(t, message, name, me), tick: null, at };
  }
  const own = message.senderId === me;
  const who =
    row.kind === 'group' ? (own ? t('person.you') : firstName(name(message.senderId))) : '';
  if (message.deletedAt) {
    const text = t(own ? 'message.deletedByYou' : 'message.deleted');
    return { kind: 'deleted', who: '', text, tick: null, at };
  }
  if (message.hidden) return { kind: 'nothing', who: '', text: '', tick: null, at };
  return { kind: 'text', who, text: oneLine(message.text), tick: tickOf(state, message), at };
}

const sayHello = (t: Texts, row: Conversation) =>
  row.kind === 'direct' ? t('chat.sayHello', { name: firstName(row.title) }) : '';

// A row shows one line; the rest of a long message would only cost time.
const oneLine = (text: string): string =>
  plainText(text.slice(0, 1000)).replace(/\s+/g, ' ').trim().slice(0, 200);
