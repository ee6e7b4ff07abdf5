'use client';

import { Monitor, Smartphone, Tablet, Terminal } from '#lib/ui/icons.tsx';
import { useState, type ReactNode } from 'react';
import type { Session } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { NotLoaded } from '#lib/ui/not-loaded.tsx';
import { Spinner } from '#lib/ui/spinner.tsx';
import { agoText } from '#lib/ui/time.ts';
import { useDelayed } from '#lib/ui/use-delayed.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Card, cardRow } from './card.tsx';
import { useSessions } from './use-sessions.ts';

export function DevicesPage() {
  const { sessions, error, retry, end, endOthers } = useSessions();
  const t = useTexts();
  const [ending, setEnding] = useState<string | null>(null);
  const showSpinner = useDelayed(!sessions && !error);
  const run = async (what: string, work: Promise<void>) => {
    setEnding(what);
    await work;
    setEnding(null);
  };
  if (error) return <NotLoaded title={t('devices.failed')} error={error} onRetry={retry} />;
  if (!sessions) {
    return (
      <p className="grid place-items-center py-8 text-text-3">
        {showSpinner && <Spinner label={t('app.loading')} />}
      </p>
    );
  }
  const others = sessions.filter(({ current }) => !current);
  return (
    <>
      <Card title={t('devices.this')}>
        {sessions
          .filter(({ current }) => current)
          .map((session) => (
            <Device key={session.id} session={session} />
          ))}
      </Card>
      {others.length > 0 && (
        <>
          <Card title={t('devices.others')}>
            {others.map((session) => (
              <Device key={session.id} session={session}>
                <Button
                  variant="danger-text"
                  size="sm"
                  aria-label={t('devices.signOut', { device: session.device })}
                  busy={ending === session.id}
                  onClick={() => void run(session.id, end(session))}
                >
                  {t('action.signOut')}
                </Button>
              </Device>
            ))}
          </Card>
          <Button
            variant="outline"
            className="w-full border-danger! text-danger!"
            busy={ending === 'others'}
            busyLabel={t('action.signingOut')}
            onClick={() => void run('others', endOthers())}
          >
            {t('devices.endOthers')}
          </Button>
        </>
      )}
    </>
  );
}

function Device({ session, children }: { session: Session; children?: ReactNode }) {
  const t = useTexts();
  const { device, current, lastUsedAt } = session;
  return (
    <div className={cardRow}>
      <span className="grid size-10 flex-none place-items-center rounded-full bg-accent-soft text-accent-text [&>svg]:size-4.5">
        {iconOf(device)}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block text-body font-medium wrap-anywhere">
          <bdi>{device}</bdi>
        </span>
        <span className="block text-sm text-text-3">
          {current ? t('time.activeNow') : agoText(t, lastUsedAt)}
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
