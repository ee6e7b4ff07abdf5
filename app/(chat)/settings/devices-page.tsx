'use client';

import { Monitor, Smartphone, Tablet, Terminal } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { Session } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { Spinner } from '#lib/ui/spinner.tsx';
import { agoText } from '#lib/ui/time.ts';
import { useDelayed } from '#lib/ui/use-delayed.ts';
import { Card } from './card.tsx';
import { useSessions } from './use-sessions.ts';

export function DevicesPage() {
  const { sessions, error, retry, end, endOthers } = useSessions();
  const [ending, setEnding] = useState<string | null>(null);
  const showSpinner = useDelayed(!sessions && !error);
  const run = async (what: string, work: Promise<void>) => {
    setEnding(what);
    await work;
    setEnding(null);
  };
  if (error) {
    return (
      <Empty
        small
        title="Your devices didn’t load"
        actions={
          <Button variant="tonal" size="sm" onClick={retry}>
            Try again
          </Button>
        }
      >
        {error.message}
      </Empty>
    );
  }
  if (!sessions) {
    return (
      <p className="grid place-items-center py-8 text-text-3">
        {showSpinner && <Spinner label="Loading" />}
      </p>
    );
  }
  const others = sessions.filter(({ current }) => !current);
  return (
    <>
      <Card title="This device">
        {sessions
          .filter(({ current }) => current)
          .map((session) => (
            <Device key={session.id} session={session}>
              <span className="flex-none rounded-full bg-success-soft px-2 text-2xs leading-5 font-semibold text-success">
                This device
              </span>
            </Device>
          ))}
      </Card>
      {others.length > 0 && (
        <>
          <Card title="Other devices">
            {others.map((session) => (
              <Device key={session.id} session={session}>
                <Button
                  variant="danger-text"
                  size="sm"
                  aria-label={`Sign out ${session.device}`}
                  busy={ending === session.id}
                  onClick={() => void run(session.id, end(session))}
                >
                  Sign out
                </Button>
              </Device>
            ))}
          </Card>
          <Button
            variant="outline"
            className="w-full border-danger! text-danger!"
            busy={ending === 'others'}
            busyLabel="Signing out…"
            onClick={() => void run('others', endOthers())}
          >
            Sign out all other devices
          </Button>
        </>
      )}
    </>
  );
}

function Device({ session, children }: { session: Session; children: ReactNode }) {
  const { device, current, lastUsedAt } = session;
  return (
    <div className="flex min-h-15 items-center gap-3.5 px-3.5 py-2.5 [&+&]:border-t [&+&]:border-border">
      <span className="grid size-10 flex-none place-items-center rounded-full bg-accent-soft text-accent-text [&>svg]:size-4.5">
        {iconOf(device)}
      </span>
      <span className="min-w-0 flex-1">
        <bdi className="block text-body font-medium wrap-anywhere">{device}</bdi>
        <span className="block text-sm text-text-3">
          {current ? 'Active now' : agoText(lastUsedAt)}
        </span>
      </span>
      {children}
    </div>
  );
}

function iconOf(device: string): ReactNode {
  if (/iPad|tablet/i.test(device)) return <Tablet aria-hidden />;
  if (/iPhone|Android|phone/i.test(device)) return <Smartphone aria-hidden />;
  if (/Windows|Mac|Linux|ChromeOS/.test(device)) return <Monitor aria-hidden />;
  return <Terminal aria-hidden />;
}
