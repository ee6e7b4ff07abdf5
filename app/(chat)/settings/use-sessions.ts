'use client';

import { useEffect, useEffectEvent, useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';
import type { Session } from '#lib/contract/records.ts';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { errorText } from '#lib/ui/failure.ts';

/** One's sessions, fetched when the page is opened. */
export function useSessions() {
  const t = useTexts();
  const { listSessions, endSession, endOtherSessions } = useActions();
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [error, setError] = useState<ClientError | null>(null);

  const load = () => listSessions().then(setSessions, (failure: ClientError) => setError(failure));
  const loadFirst = useEffectEvent(load);
  useEffect(() => void loadFirst(), []);

  const retry = () => {
    setError(null);
    void load();
  };
  const end = async ({ id, device }: Session) => {
    try {
      await endSession(id);
      setSessions((now) => now?.filter((session) => session.id !== id) ?? null);
      toast(t('devices.ended', { device }));
    } catch (failure) {
      toast.error(errorText(t, failure));
    }
  };
  const endOthers = async () => {
    try {
      const ended = await endOtherSessions();
      setSessions((now) => now?.filter(({ current }) => current) ?? null);
      toast(t('devices.endedOthers', { count: ended }));
    } catch (failure) {
      toast.error(errorText(t, failure));
    }
  };
  return { sessions, error, retry, end, endOthers };
}
