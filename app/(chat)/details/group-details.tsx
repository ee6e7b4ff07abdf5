import { LogOut } from 'lucide-react';
import { useState } from 'react';
import type { Conversation } from '#lib/contract/records.ts';
import { countText } from '../conversation/use-subtitle.ts';
import { Hero } from './hero.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { MemberSection } from './member-section.tsx';
import { QuickActions } from './quick-actions.tsx';
import { PanelRow, PanelSection } from './panel-section.tsx';

export function GroupDetails({ conversation }: { conversation: Conversation }) {
  const { id, title, avatarUrl, memberCount, me } = conversation;
  const [isLeaving, setLeaving] = useState(false);
  const isMember = me.leftSeq === null;
  return (
    <>
      <Hero
        id={id}
        name={title}
        kind="group"
        src={avatarUrl}
        line={isMember ? `Group · ${countText(memberCount)}` : 'You’re no longer a member'}
      />
      <QuickActions conversation={conversation} />
      {isMember && (
        <>
          <MemberSection conversation={conversation} />
          <PanelSection>
            <PanelRow
              danger
              icon={<LogOut aria-hidden className="flip-rtl" />}
              label="Leave group"
              onClick={() => setLeaving(true)}
            />
          </PanelSection>
        </>
      )}
      {isLeaving && <LeaveDialog conversation={conversation} onClose={() => setLeaving(false)} />}
    </>
  );
}
