'use client';

import { Chain, SquarePen } from '#lib/ui/icons.tsx';
import { Button } from '#lib/ui/button.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import type { PlainKey } from '#lib/texts/catalogue.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { invite } from '../new-chat/invite.ts';
import type { Filter } from './filter-chips.tsx';
import { useOpenDialog } from './shell-context.tsx';

export function FirstRun() {
  const t = useTexts();
  const open = useOpenDialog();
  return (
    <li data-first-run>
      <Empty
        small
        title={t('chats.none')}
        actions={
          <>
            <Button className="w-55" onClick={() => open('new-chat')}>
              <SquarePen aria-hidden className="size-5.5" /> {t('chats.start')}
            </Button>
            <Button className="w-55" variant="tonal" onClick={() => void invite(t)}>
              <Chain aria-hidden className="size-5.5" /> {t('invite.action')}
            </Button>
          </>
        }
      >
        {t('chats.noneText')}
      </Empty>
    </li>
  );
}

const nothingThere = {
  all: 'chats.noneHere',
  unread: 'chats.allCaughtUp',
  groups: 'chats.noGroups',
  archived: 'chats.noneArchived',
} as const satisfies Record<Filter, PlainKey>;

export function NothingThere({ filter, onShowAll }: { filter: Filter; onShowAll: () => void }) {
  const t = useTexts();
  return (
    <li>
      <Empty
        small
        title={t(nothingThere[filter])}
        actions={
          filter !== 'all' && (
            <Button variant="tonal" size="sm" onClick={onShowAll}>
              {t('chats.showAll')}
            </Button>
          )
        }
      />
    </li>
  );
}

// Fixed, so that the server draws the same.
const widths = [
  ['w-[52%]', 'w-[84%]'],
  ['w-[66%]', 'w-[70%]'],
  ['w-[40%]', 'w-[90%]'],
  ['w-[58%]', 'w-[76%]'],
] as const;

export function ListSkeleton({ rows = 10 }: { rows?: number }) {
  return (
    <>
      {Array.from({ length: rows }, (_, index) => {
        const [name, line] = widths[index % widths.length] ?? widths[0];
        const bone = 'block animate-pulse bg-hover phone:bg-bubble-other';
        return (
          <li
            key={index}
            aria-hidden
            className="grid h-18 grid-cols-[48px_minmax(0,1fr)] items-center gap-x-3 px-3"
          >
            <span className={`${bone} size-12 rounded-full`} />
            <span>
              <span className={`${bone} mb-2.5 h-3.5 rounded-xs ${name}`} />
              <span className={`${bone} h-3 rounded-xs ${line}`} />
            </span>
          </li>
        );
      })}
    </>
  );
}
