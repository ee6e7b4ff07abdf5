'use client';

import { useEffect, useState } from 'react';
import type { Texts } from '#lib/texts/texts.ts';
import { askUsername, type UsernameAnswer } from '../requests.ts';

const pauseMs = 350;

/** Whether the name is free, asked after a pause in typing if it can be one; null while not known. */
export function useUsernameCheck(
  typed: string,
  isPossible: boolean,
): (UsernameAnswer & { username: string }) | null {
  const username = typed.trim().toLowerCase();
  const [answer, setAnswer] = useState<(UsernameAnswer & { username: string }) | null>(null);
  useEffect(() => {
    if (!isPossible) return;
    const asking = new AbortController();
    const timer = setTimeout(() => {
      void askUsername(username, asking.signal).then((found) => {
        if (!asking.signal.aborted) setAnswer(found && { ...found, username });
      });
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [username, isPossible]);
  return answer?.username === username ? answer : null;
}

export function takenText(t: Texts, name: string, suggestions: string[]): string {
  const username = `@${name}`;
  if (suggestions.length === 0) return t('register.taken', { username });
  return t('register.takenTry', { username, names: t.list(suggestions.slice(0, 2), 'or') });
}
