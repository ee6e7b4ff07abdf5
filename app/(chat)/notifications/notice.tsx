'use client';

import { isMuted, nameOf } from '#lib/client/select.ts';
import type { ChatState } from '#lib/client/types.ts';
import type { Message } from '#lib/contract/records.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { navigate } from '#lib/ui/nav.tsx';
import { phoneQuery } from '#lib/ui/theme.ts';
import { toast } from '#lib/ui/toast.tsx';
import { plainText } from '../conversation/text-marks.ts';
import { playSound } from './sound.ts';

interface Teller {
  read: () => ChatState;
  /** The chats of which there may be a notice; what is told of is added. */
  noticed: Set<string>;
  /** To those who cannot see that it is in the list. */
  announce: (message: Message, sentence: string) => void;
}

/** Tells of a message that has come in, unless it is being looked at, by a sound and a notice on the page. */
export function tellOf(t: Texts, message: Message, { read, noticed, announce }: Teller): void {
  const { conversationId } = message;
  const isOpen = () => read().openId === conversationId;
  if (!isNews(message, read()) || document.visibilityState !== 'visible') return;
  if (isOpen() && document.hasFocus()) return;
  void playSound().catch(() => undefined);
  if (isOpen()) return;
  // By then the list says it, if it is there. A page that has gone out of sight is given its frame when it is
  // back, and by then it may have been read.
  requestAnimationFrame(() => {
    const state = read();
    if (isOpen() || !state.conversations[conversationId]?.unreadCount) return;
    const sender = senderOf(t, message, state);
    if (isOnPhoneList(conversationId)) {
      return announce(message, `${t.isolated(sender)}: ${plainText(message.text)}`);
    }
    noticed.add(conversationId);
    show(t, message, sender, state);
  });
}

/** Whether its row can be seen where the list is all there is: that is told beside it already. */
function isOnPhoneList(conversationId: string): boolean {
  const row = document.querySelector(`[data-chat="${CSS.escape(conversationId)}"]`);
  if (!row || !matchMedia(phoneQuery).matches) return false;
  const { left, top, width, height } = row.getBoundingClientRect();
  return row.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}

function senderOf(t: Texts, { conversationId, senderId }: Message, state: ChatState): string {
  const row = state.conversations[conversationId];
  const name = nameOf(state, senderId, row) || t('person.someone');
  return row?.kind === 'group' ? t('notify.inGroup', { name, group: row.title }) : name;
}

function show(t: Texts, message: Message, sender: string, state: ChatState): void {
  const { conversationId } = message;
  const isGroup = state.conversations[conversationId]?.kind === 'group';
  toast(
    <span className="flex min-w-0 flex-col">
      {/* A name goes its own way, our sentence that of the interface. */}
      <b dir={isGroup ? undefined : 'auto'} className="user-line">
        {sender}
      </b>
      <span dir="auto" className="user-line">
        {plainText(message.text)}
      </span>
    </span>,
    {
      id: `incoming-${conversationId}`,
      action: { label: t('notify.open'), onClick: () => navigate(`/chats/${conversationId}`) },
    },
  );
}

function isNews({ conversationId, senderId, kind }: Message, state: ChatState): boolean {
  const row = state.conversations[conversationId];
  if (!row || senderId === state.account.id || kind === 'system') return false;
  return !row.me.archived && row.me.leftSeq === null && !isMuted(row);
}
