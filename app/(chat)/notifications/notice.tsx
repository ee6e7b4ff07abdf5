'use client';

import { isMuted, nameOf } from '#lib/client/select.ts';
import type { ChatState } from '#lib/client/types.ts';
import type { Message } from '#lib/contract/records.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { navigate } from '#lib/ui/nav.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { plainText } from '../conversation/text-marks.ts';
import { playSound } from './sound.ts';

/**
 * Tells of a message that has come in, unless it is being looked at, by a sound and a notice on the page.
 * @param noticed the chats of which there may be a notice; this one is added
 */
export function tellOf(t: Texts, message: Message, state: ChatState, noticed: Set<string>): void {
  if (!isNews(message, state) || document.visibilityState !== 'visible') return;
  const { conversationId } = message;
  if (state.openId === conversationId && document.hasFocus()) return;
  void playSound().catch(() => undefined);
  if (state.openId === conversationId) return;
  const row = state.conversations[conversationId];
  const name = nameOf(state, message.senderId, row) || t('person.someone');
  noticed.add(conversationId);
  toast(
    <span className="flex min-w-0 flex-col">
      <b dir="auto" className="user-line">
        {row?.kind === 'group' ? t('notify.inGroup', { name, group: row.title }) : name}
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
