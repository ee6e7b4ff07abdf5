import { LogOut } from '#lib/ui/icons.tsx';
import { useState } from 'react';
import type { Conversation } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { PictureButtons } from '../picture/picture-buttons.tsx';
import { Hero } from './hero.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { MemberSection } from './member-section.tsx';
import { QuickActions } from './quick-actions.tsx';
import { PanelRow, PanelSection } from './panel-section.tsx';

export function GroupDetails({ conversation }: { conversation: Conversation }) {
  const { id, title, avatarUrl, memberCount, me } = conversation;
  const t = useTexts();
  const [isLeaving, setLeaving] = useState(false);
  const isMember = me.leftSeq === null;
  return (
    <>
      <Hero
        id={id}
        name={title}
        kind="group"
        src={avatarUrl}
        line={
          isMember
            ? t('group.line', { members: t('members.count', { count: memberCount }) })
            : t('group.notMember')
        }
      >
        {isMember && me.role !== 'member' && (
          <div className="mt-3">
            <PictureButtons hasPicture={avatarUrl !== null} groupId={id} />
          </div>
        )}
      </Hero>
      <QuickActions conversation={conversation} />
      {isMember && (
        <>
          <MemberSection conversation={conversation} />
          <PanelSection>
            <PanelRow
              danger
              icon={<LogOut aria-hidden className="flip-rtl" />}
              label={t('leave.confirm')}
              onClick={() => setLeaving(true)}
            />
          </PanelSection>
        </>
      )}
      {isLeaving && <LeaveDialog conversation={conversation} onClose={() => setLeaving(false)} />}
    </>
  );
}
