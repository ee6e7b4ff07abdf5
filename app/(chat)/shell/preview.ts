import { nameOf, pendingOf, tickOf, typersIn } from '#lib/client/select.ts';
import type { ChatState, Tick } from '#lib/client/types.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { typingText } from '../conversation/header-text.ts';
import { firstName } from '../conversation/names.ts';
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

export function previewOf(state: ChatState, row: Conversation, isOpen: boolean): Preview {
  const pending = pendingOf(state, row.id).at(-1);
  const at = pending?.createdAt ?? row.lastMessage?.createdAt ?? row.createdAt;
  const plain = { who: '', tick: null, at };
  const typers = state.connection.status === 'online' ? typersIn(state, row.id) : [];
  if (typers.length > 0)
    return { ...plain, kind: 'typing', text: typingText(typers, row.kind === 'group') };
  const failed = pendingOf(state, row.id).findLast(({ status }) => status === 'failed');
  if (failed) return { ...plain, kind: 'failed', text: oneLine(failed.text), tick: 'failed' };
  const draft = state.drafts[row.id]?.trim();
  if (draft && !isOpen) return { ...plain, kind: 'draft', text: oneLine(draft) };
  if (pending) {
    const who = row.kind === 'group' ? 'You' : '';
    return { kind: 'text', who, text: oneLine(pending.text), tick: 'pending', at };
  }
  return row.lastMessage
    ? ofMessage(state, row, row.lastMessage)
    : { ...plain, kind: 'nothing', text: sayHello(row) };
}

function ofMessage(state: ChatState, row: Conversation, message: Message): Preview {
  const me = state.account.id;
  const at = message.createdAt;
  const name = (id: string) => nameOf(state, id, row);
  if (message.system) {
    return { kind: 'system', who: '', text: systemText(message, name, me), tick: null, at };
  }
  const own = message.senderId === me;
  const who = row.kind === 'group' ? (own ? 'You' : firstName(name(message.senderId))) : '';
  if (message.deletedAt) {
    const text = own ? 'You deleted this message' : 'This message was deleted';
    return { kind: 'deleted', who: '', text, tick: null, at };
  }
  if (message.hidden) return { kind: 'nothing', who: '', text: '', tick: null, at };
  return { kind: 'text', who, text: oneLine(message.text), tick: tickOf(state, message), at };
}

const sayHello = (row: Conversation) =>
  row.kind === 'direct' ? `Say hello to ${firstName(row.title)}` : '';

// A row shows one line; the rest of a long message would only cost time.
const oneLine = (text: string): string =>
  plainText(text.slice(0, 1000)).replace(/\s+/g, ' ').trim().slice(0, 200);
