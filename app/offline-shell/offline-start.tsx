'use client';

import { usePathname } from 'next/navigation';
import { useEffect, useState } from 'react';
import { lastAccount } from '#lib/client/device-database.ts';
import { ChatProvider } from '#lib/client/provider.tsx';
import type { Account } from '#lib/contract/records.ts';
import { offlineShellPath } from '#lib/contract/worker.ts';
import { navigate } from '#lib/ui/nav.tsx';
import { ServerAway } from '../(chat)/shell/parts.tsx';
import { Shell } from '../(chat)/shell/shell.tsx';
import { viewOf } from '../(chat)/views.ts';

type Found = { account: Account } | 'nobody';

/** Opens the chats of whoever was signed in last in this browser, from what it keeps of them. */
export function OfflineStart({ socketUrl }: { socketUrl: string | null }) {
  const [found, setFound] = useState<Found | null>(null);
  const path = usePathname();
  useEffect(() => {
    // At its own address it is of no use: there is a server.
    if (location.pathname === offlineShellPath) return location.replace('/chats');
    void lastAccount().then((account) => setFound(account ? { account } : 'nobody'));
  }, []);
  const isOpen = found !== null && found !== 'nobody';
  useEffect(() => {
    if (isOpen && !viewOf(path)) navigate('/chats', 'replace');
  }, [isOpen, path]);

  if (found === null) return <div aria-busy className="h-dvh bg-surface tablet:bg-app" />;
  if (found === 'nobody') return <ServerAway host={location.host} />;
  return (
    <ChatProvider account={found.account} socketUrl={socketUrl}>
      <Shell />
    </ChatProvider>
  );
}
