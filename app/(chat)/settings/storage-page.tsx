import { useEffect, useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { Kept } from '#lib/client/types.ts';
import { Button } from '#lib/ui/button.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Card } from './card.tsx';
import { SettingRow } from './setting-row.tsx';
import { sizeText } from './size-text.ts';

interface Use {
  kept: Kept | null;
  /** Bytes of everything that this site keeps; null where the browser does not say. */
  bytes: number | null;
}

export function StoragePage() {
  const t = useTexts();
  const { clearKept } = useActions();
  const use = useStorageUse();
  const [busy, setBusy] = useState(false);
  const clear = async () => {
    setBusy(true);
    await clearKept();
  };
  const value = (text: string | undefined) => (
    <span className="text-md text-text-3 tabular-nums">{text ?? '…'}</span>
  );
  const count = (what: keyof Kept) => value(use && t.number(use.kept?.[what] ?? 0));
  return (
    <>
      <Card>
        <SettingRow title={t('chats.title')}>{count('conversations')}</SettingRow>
        <SettingRow title={t('log.label')}>{count('messages')}</SettingRow>
        <SettingRow title={t('storage.unsent')}>{count('unsent')}</SettingRow>
        {use?.bytes !== null && (
          <SettingRow title={t('storage.space')} text={t('storage.spaceText')}>
            {value(use ? sizeText(t, use.bytes ?? 0) : undefined)}
          </SettingRow>
        )}
      </Card>
      <p className="mb-4 text-sm text-text-3">{t('storage.clearText')}</p>
      <Button variant="outline" busy={busy} onClick={() => void clear()}>
        {t('storage.clear')}
      </Button>
    </>
  );
}

function useStorageUse(): Use | undefined {
  const { readKept } = useActions();
  const [use, setUse] = useState<Use>();
  useEffect(() => {
    let isShown = true;
    void Promise.all([readKept(), usedBytes()]).then(([kept, bytes]) => {
      if (isShown) setUse({ kept, bytes });
    });
    return () => {
      isShown = false;
    };
  }, [readKept]);
  return use;
}

/** Some browsers, and pages without TLS, do not say. */
async function usedBytes(): Promise<number | null> {
  if (!('storage' in navigator)) return null;
  const { usage } = await navigator.storage.estimate().catch((): StorageEstimate => ({}));
  return usage ?? null;
}
