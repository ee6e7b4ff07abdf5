import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { ChatProvider } from '#lib/client/provider.tsx';
import { accountMeta } from '#lib/contract/worker.ts';
import { env } from '#lib/env.ts';
import { nonceHeader } from '#lib/transport/security-headers.ts';
import { EarlyScript } from '#lib/ui/early-script.tsx';
import { openLogScript } from './conversation/open-log-script.ts';
import { ServerAway } from './shell/parts.tsx';
import { Shell } from './shell/shell.tsx';
import { arrival } from './signed-in.ts';

export default async function ChatLayout({ children }: { children: ReactNode }) {
  const arrived = await arrival();
  if (arrived.state === 'away') return <ServerAway host={(await headers()).get('host') ?? ''} />;
  // The page sends visitors to the sign-in page: it knows where they wanted to go.
  if (arrived.state === 'signed-out') return children;
  const { account, conversations, first } = arrived;
  const nonce = (await headers()).get(nonceHeader) ?? undefined;
  return (
    <ChatProvider
      account={account}
      conversations={conversations}
      first={first}
      socketUrl={env().SOCKET_URL ?? null}
    >
      <meta name={accountMeta} content={account.id} />
      <Shell />
      {first && <EarlyScript nonce={nonce} code={openLogScript} />}
      {children}
    </ChatProvider>
  );
}
