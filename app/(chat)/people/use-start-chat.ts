'use client';

import { useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';
import { navigate } from '#lib/ui/nav.tsx';
import { toast } from '#lib/ui/toast.tsx';

/** Opens the conversation with somebody, the one that is there or a new one. */
export function useStartChat(onStarted?: () => void) {
  const { startDirect } = useActions();
  const [starting, setStarting] = useState<string | null>(null);
  const start = async (userId: string) => {
    if (starting) return;
    setStarting(userId);
    try {
      const { id } = await startDirect(userId);
      onStarted?.();
      navigate(`/chats/${id}`);
    } catch (error) {
      toast.error((error as ClientError).message);
    } finally {
      setStarting(null);
    }
  };
  return { start, starting };
}
