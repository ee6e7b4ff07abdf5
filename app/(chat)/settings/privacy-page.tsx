import { useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { Privacy } from '#lib/contract/records.ts';
import { Switch } from '#lib/ui/switch.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import type { PlainKey } from '#lib/texts/catalogue.ts';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { BlockedRow } from './blocked-row.tsx';
import { Card } from './card.tsx';
import { ChoiceRow } from './choice-row.tsx';
import { ExceptRow } from './except-row.tsx';
import { SettingRow } from './setting-row.tsx';

const lastSeen: Record<Privacy['lastSeen'], PlainKey> = {
  everyone: 'privacy.everyone',
  contacts: 'privacy.contacts',
  contacts_except: 'privacy.contactsExcept',
  nobody: 'privacy.nobody',
};
const online: Record<Privacy['online'], PlainKey> = {
  everyone: 'privacy.everyone',
  as_last_seen: 'privacy.asLastSeen',
};

export function PrivacyPage() {
  const t = useTexts();
  const { updateAccount } = useActions();
  const { attempt } = useAttempt();
  const stored = useChat((state) => state.account.privacy);
  /** What has been chosen shows at once, each until it has its own answer. */
  const [asked, setAsked] = useState<Partial<Privacy>[]>([]);
  const privacy = asked.reduce<Privacy>((now, one) => ({ ...now, ...one }), stored);
  const change = (to: Partial<Privacy>) => {
    setAsked((now) => [...now, to]);
    const answered = attempt(updateAccount({ privacy: to }), t('privacy.failed'));
    void answered.then(() => setAsked((now) => now.filter((one) => one !== to)));
  };
  return (
    <>
      <Card title={t('privacy.visible')}>
        <ChoiceRow
          title={t('privacy.lastSeen')}
          help={t('privacy.mutual')}
          value={privacy.lastSeen}
          choices={lastSeen}
          onChoose={(value) => change({ lastSeen: value })}
        />
        {privacy.lastSeen === 'contacts_except' && <ExceptRow />}
        <ChoiceRow
          title={t('person.online')}
          help={t('privacy.mutual')}
          value={privacy.online}
          choices={online}
          onChoose={(value) => change({ online: value })}
        />
      </Card>
      <Card title={t('privacy.chats')}>
        <SettingRow title={t('privacy.readReceipts')} text={t('privacy.readReceiptsText')}>
          <Switch
            aria-label={t('privacy.readReceipts')}
            checked={privacy.readReceipts}
            onCheckedChange={(readReceipts) => change({ readReceipts })}
          />
        </SettingRow>
      </Card>
      <Card>
        <BlockedRow />
      </Card>
    </>
  );
}
