import { UserPlus } from '#lib/ui/icons.tsx';
import { useState } from 'react';
import { useChat, useWatchPresence } from '#lib/client/provider.tsx';
import { limits } from '#lib/contract/limits.ts';
import type { Conversation, Member } from '#lib/contract/records.ts';
import { SearchBox } from '#lib/ui/search-box.tsx';
import { Spinner } from '#lib/ui/spinner.tsx';
import { useLongList } from '#lib/ui/use-long-list.ts';
import { usePersonRowHeight } from '#lib/ui/use-person-row-height.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { AddPeopleDialog } from './add-people-dialog.tsx';
import { MemberRow } from './member-row.tsx';
import { administers, inOrder, matching } from './member-rights.ts';
import { PanelRow, PanelSection } from './panel-section.tsx';
import { RemoveDialog } from './remove-dialog.tsx';

const shownAtFirst = 20;

export function MemberSection({ conversation }: { conversation: Conversation }) {
  const { id, memberCount } = conversation;
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  const members = useChat((state) => state.members[id] ?? nobodyYet);
  const [query, setQuery] = useState('');
  const [showsAll, setShowsAll] = useState(false);
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Member | null>(null);

  const found = matching(inOrder(members, myId, t.compare), query);
  const shown = showsAll ? found : found.slice(0, shownAtFirst);
  const hidden = found.length - shown.length;
  const rowHeight = usePersonRowHeight();
  const { listProps, rows } = useLongList({ keys: shown.map(({ user }) => user.id), rowHeight });
  useWatchPresence(shown.slice(0, limits.watchedUsers).map(({ user }) => user.id));

  return (
    <PanelSection title={t('members.count', { count: memberCount })}>
      {memberCount > shownAtFirst && (
        <SearchBox
          label={t('members.search')}
          value={query}
          onChange={setQuery}
          className="mx-3 mb-2"
        />
      )}
      {administers(conversation) && (
        <PanelRow
          icon={
            <span className="grid size-10 flex-none place-items-center rounded-full bg-accent-soft">
              <UserPlus aria-hidden className="size-4.5" />
            </span>
          }
          label={t('add.title')}
          onClick={() => setAdding(true)}
        />
      )}
      <ul aria-label={t('members.label')} className="[list-style-type:'']" {...listProps}>
        {rows.map(({ key, index, rowProps }) => {
          const member = shown[index]!;
          return (
            <MemberRow
              key={key}
              conversation={conversation}
              member={member}
              rowProps={rowProps}
              onRemove={() => setRemoving(member)}
            />
          );
        })}
      </ul>
      {members === nobodyYet && (
        // As high as what comes, so that nothing below it moves.
        <span
          style={{ minHeight: rowHeight * Math.min(memberCount, shownAtFirst + 1) }}
          className="grid justify-center py-4 text-text-3"
        >
          <Spinner size={20} label={t('members.loading')} />
        </span>
      )}
      {query !== '' && found.length === 0 && (
        <p className="px-3 py-4 text-center text-md text-text-3">{t('members.none')}</p>
      )}
      {hidden > 0 && (
        <PanelRow
          label={t('members.all', { count: found.length })}
          onClick={() => setShowsAll(true)}
        />
      )}
      {isAdding && <AddPeopleDialog conversation={conversation} onClose={() => setAdding(false)} />}
      {removing && (
        <RemoveDialog
          conversation={conversation}
          member={removing}
          // An answer that comes late closes no dialog but its own.
          onClose={() => setRemoving((now) => (now === removing ? null : now))}
        />
      )}
    </PanelSection>
  );
}

/** The conversation, which is open beside or below, fetches them. */
const nobodyYet: Member[] = [];
