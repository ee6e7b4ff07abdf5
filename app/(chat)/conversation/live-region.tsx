import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { systemText } from './system-text.ts';
import { plainText } from './text-marks.ts';
import { peopleIn, useNames } from './use-names.ts';

interface LiveRegionProps {
  conversation: Conversation;
  messages: readonly Message[];
  isLoaded: boolean;
}

// What comes within a second is said together; of more than a few, only how many.
const gatherMs = 1_000;
const mostRead = 3;

/** Reads out what comes in while the conversation is open, and nothing of what was there before. */
export function LiveRegion({ conversation, messages, isLoaded }: LiveRegionProps) {
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  const people = useMemo(() => peopleIn(messages), [messages]);
  const nameFor = useNames(people, conversation);
  const heard = useRef<number | null>(null);
  const waiting = useRef<Message[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [news, setNews] = useState<{ key: string; text: string }[]>([]);

  const announce = useEffectEvent(() => {
    timer.current = undefined;
    const fresh = waiting.current.splice(0);
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
    const before = heard.current;
    heard.current = Math.max(before ?? 0, last, conversation.lastSeq);
    if (before === null) return;
    const fresh = messages.filter(({ seq, senderId }) => seq > before && senderId !== myId);
    if (fresh.length === 0) return;
    waiting.current.push(...fresh);
    timer.current ??= setTimeout(() => announce(), gatherMs);
  });
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
      {news.map(({ key, text }) => (
        <p key={key}>{text}</p>
      ))}
    </div>
  );
}
