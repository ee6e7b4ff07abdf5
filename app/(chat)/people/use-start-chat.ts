'use client';

import { useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import { navigate } from '#lib/ui/nav.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { errorText } from '#lib/ui/failure.ts';

/** Opens the conversation with somebody, the one that is there or a new one. */
export function useStartChat(onStarted?: () => void) {
  const t = useTexts();
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
      toast.error(errorText(t, error));
    } finally {
      setStarting(null);
    }
  };
  return { start, starting };
}
