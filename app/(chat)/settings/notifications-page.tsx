'use client';

import { Button } from '#lib/ui/button.tsx';
import { Notice } from '#lib/ui/notice.tsx';
import { Switch } from '#lib/ui/switch.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { toast } from '#lib/ui/toast.tsx';
import type { PlainKey } from '#lib/texts/catalogue.ts';
import type { PushState } from '#lib/client/push.ts';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { setSound, useSoundOn } from '../notifications/sound.ts';
import { usePushState } from '../notifications/use-push-state.ts';
import { Card } from './card.tsx';
import { InstallCard } from './install-card.tsx';
import { SettingRow } from './setting-row.tsx';

export function NotificationsPage() {
  const t = useTexts();
  const { state, isBusy, turnOn, turnOff, setPreviews, test } = usePushState();
  const why = state && obstacleOf(state);
  const device = state?.device ?? null;
  const sound = useSoundOn();
  return (
    <>
      {why && (
        <Notice kind="info" className="mb-4">
          {t(why)}
        </Notice>
      )}
      <Card title={t('notify.thisDevice')}>
        <SettingRow title={t('notify.messages')} text={t('notify.messagesText')}>
          <Switch
            aria-label={t('notify.messages')}
            checked={device !== null}
            disabled={state === null || why !== null || isBusy}
            onCheckedChange={(on) => void (on ? turnOn() : turnOff())}
          />
        </SettingRow>
        {device && (
          <SettingRow title={t('notify.previews')} text={t('notify.previewsText')}>
            <Switch
              aria-label={t('notify.previews')}
              checked={device.previews}
              disabled={isBusy}
              onCheckedChange={(previews) => void setPreviews(previews)}
            />
          </SettingRow>
        )}
        <SettingRow title={t('notify.sound')} text={t('notify.soundText')}>
          <Switch aria-label={t('notify.sound')} checked={sound} onCheckedChange={setSound} />
        </SettingRow>
      </Card>
      {device && <TestButton test={test} />}
      <InstallCard />
    </>
  );
}

function TestButton({ test }: { test: ReturnType<typeof usePushState>['test'] }) {
  const t = useTexts();
  const { isBusy, attempt } = useAttempt();
  const send = async () => {
    const outcome = await test();
    if (outcome === 'sent') toast(t('notify.testSent'));
    else toast.error(t('notify.testFailed'));
  };
  return (
    <Button
      variant="tonal"
      className="mb-4"
      busy={isBusy}
      onClick={() => void attempt(send(), t('notify.testFailed'))}
    >
      {t('notify.test')}
    </Button>
  );
}

/** Why it cannot be switched on here, and what to do about it. */
function obstacleOf({ support, permission }: PushState): PlainKey | null {
  if (support === 'none') return 'notify.unsupported';
  if (support === 'install-first') return 'notify.installFirst';
  if (support === 'server-off') return 'notify.serverOff';
  return permission === 'denied' ? 'notify.denied' : null;
}
