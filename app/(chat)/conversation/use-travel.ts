import { useEffect, useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { ConversationLog } from '#lib/client/types.ts';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { failureText } from '#lib/ui/failure.ts';
import type { Goal } from './log-places.ts';

const flashMs = 1_200;

/** Jumps in the log, also to what has yet to be fetched. */
export function useTravel(
  id: string,
  log: ConversationLog,
  goTo: (goal: Goal, how?: 'instant' | 'smooth') => void,
  loadLatest: () => void,
) {
  const t = useTexts();
  const { loadAround } = useActions();
  /** The time from which on the first message is marked for a moment. */
  const [flashed, setFlashed] = useState<number | null>(null);
  useEffect(() => {
    if (flashed === null) return;
    const timer = setTimeout(() => setFlashed(null), flashMs);
    return () => clearTimeout(timer);
  }, [flashed]);

  const toNewest = (how: 'instant' | 'smooth') => {
    goTo({ to: 'end' }, how);
    if (log.hasNewer) loadLatest();
  };

  /** @param at when (Date.now() ms) the day begins */
  const toDay = async (at: number) => {
    try {
      if (!isWithin(log, at)) await loadAround(id, { at: new Date(at).toISOString() });
      goTo({ to: 'time', at });
      setFlashed(at);
    } catch (error) {
      toast.error(failureText(t, t('log.notThere'), error));
    }
  };

  return { flashed, toNewest, toDay: (at: number) => void toDay(at) };
}

function isWithin({ messages, hasOlder, hasNewer }: ConversationLog, at: number): boolean {
  const [first, last] = [messages[0], messages.at(-1)];
  if (!first || !last) return false;
  const isBelow = !hasOlder || Date.parse(first.createdAt) < at;
  return isBelow && (!hasNewer || Date.parse(last.createdAt) >= at);
}
