'use client';

import { useEffect } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/** Says that this browser has lost what was not sent yet. Stays until it is closed. */
export function LostNotice() {
  const t = useTexts();
  const lost = useChat((state) => state.lostUnsent);
  useEffect(() => {
    if (lost === 0) return;
    toast.error(t('chats.lost', { count: lost }), { id: 'lost-unsent' });
  }, [lost, t]);
  return null;
}
