'use client';

import { useEffect, useState } from 'react';
import { askUsername, type UsernameAnswer } from '../requests.ts';
import { checks } from './checks.ts';

const pauseMs = 350;

/** Whether the name is free, asked after a pause in typing; null while that is not known. */
export function useUsernameCheck(typed: string): (UsernameAnswer & { username: string }) | null {
  const username = typed.trim().toLowerCase();
  const [answer, setAnswer] = useState<(UsernameAnswer & { username: string }) | null>(null);
  useEffect(() => {
    if (checks.username(username)) return;
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
  }, [username]);
  return answer?.username === username ? answer : null;
}

export function takenText(username: string, suggestions: string[]): string {
  const others = suggestions.slice(0, 2).join(' or ');
  return `@${username} is taken.${others ? ` Try ${others}.` : ''}`;
}
