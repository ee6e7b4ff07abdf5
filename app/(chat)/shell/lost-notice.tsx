'use client';

import { useEffect } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { toast } from '#lib/ui/toast.tsx';

/** Says that this browser has lost what was not sent yet. Stays until it is closed. */
export function LostNotice() {
  const lost = useChat((state) => state.lostUnsent);
  useEffect(() => {
    if (lost === 0) return;
    const what = lost === 1 ? 'A message' : `${lost} messages`;
    const verb = lost === 1 ? 'was' : 'were';
    toast.error(
      `${what} from this device ${verb} not sent: the browser’s stored data was removed.`,
      { id: 'lost-unsent' },
    );
  }, [lost]);
  return null;
}
