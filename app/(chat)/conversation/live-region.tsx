import { memo, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { systemText } from './system-text.ts';
import { plainText } from './text-marks.ts';
import { peopleIn, useNames } from './use-names.ts';

interface LiveRegionProps {
  conversation: Conversation;
  messages: readonly Message[];
  /** What is above it is news; null until what was asked for first is there. */
  openedSeq: number | null;
}

// What comes within a second is said together; of more than a few, only how many.
const gatherMs = 1_000;
const mostRead = 3;

/** Reads out what comes in while the conversation is open, and nothing of what was there before. */
export const LiveRegion = memo(function LiveRegion(props: LiveRegionProps) {
  const { conversation, messages, openedSeq } = props;
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  const people = useMemo(() => peopleIn(messages), [messages]);
  const nameFor = useNames(people, conversation);
  const heard = useRef<number | null>(null);
  const waiting = useRef<Message[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [news, setNews] = useState<{ key: string; text: string }[]>([]);

  // As it is now: it may have been changed since it came.
  const latest = (message: Message) => messages.find(({ id }) => id === message.id) ?? message;
  const isGone = ({ deletedAt, hidden }: Message) => deletedAt !== null || hidden;
  const announce = useEffectEvent(() => {
    timer.current = undefined;
    const fresh = waiting.current
      .splice(0)
      .map(latest)
      .filter((message) => !isGone(message));
    const said =
      fresh.length > mostRead
        ? [
            {
              key: `${fresh[0]?.id}+${fresh.length}`,
              text: t('log.newCount', { count: fresh.length }),
            },
          ]
        : fresh.map((message) => ({
            key: message.id,
            text: message.system
              ? systemText(t, message, nameFor, myId)
              : `${t.isolated(nameFor(message.senderId))}: ${plainText(message.text)}`,
          }));
    setNews((earlier) => [...earlier, ...said].slice(-5));
  });
  const listen = useEffectEvent((messages: readonly Message[]) => {
    const last = messages.at(-1)?.seq ?? 0;
    const before = heard.current ?? openedSeq ?? 0;
    heard.current = Math.max(before, last, conversation.lastSeq);
    const fresh = messages.filter(({ seq, senderId }) => seq > before && senderId !== myId);
    if (fresh.length === 0) return;
    waiting.current.push(...fresh);
    timer.current ??= setTimeout(() => announce(), gatherMs);
  });
  const isLoaded = openedSeq !== null;
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (isLoaded) listen(messages);
  }, [isLoaded, messages]);

  return (
    <div
      role="log"
      aria-live="polite"
      aria-relevant="additions"
      aria-label={t('log.new')}
      className="sr-only"
    >
      {news
        .filter(({ key }) => !messages.some((message) => message.id === key && isGone(message)))
        .map(({ key, text }) => (
          <p key={key}>{text}</p>
        ))}
    </div>
  );
});
