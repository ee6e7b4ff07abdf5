'use client';

import { Link2, SquarePen } from 'lucide-react';
import { useActions } from '#lib/client/provider.tsx';
import { Button } from '#lib/ui/button.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { invite } from '../new-chat/invite.ts';
import type { Filter } from './filter-chips.tsx';
import { useOpenDialog } from './shell-context.tsx';

export function FirstRun() {
  const open = useOpenDialog();
  return (
    <li>
      <Empty
        small
        title="No chats yet"
        className="phone:pt-36"
        actions={
          <>
            <Button className="w-55" onClick={() => open('new-chat')}>
              <SquarePen aria-hidden className="size-5.5" /> Start a chat
            </Button>
            <Button className="w-55" variant="tonal" onClick={() => void invite()}>
              <Link2 aria-hidden className="size-5.5" /> Invite someone
            </Button>
          </>
        }
      >
        Find someone on this server, or invite a friend with a link.
      </Empty>
    </li>
  );
}

const nothingThere: Record<Filter, string> = {
  all: 'No chats here',
  unread: 'All caught up',
  groups: 'No groups yet',
  archived: 'Nothing archived',
};

export function NothingThere({ filter, onShowAll }: { filter: Filter; onShowAll: () => void }) {
  return (
    <li>
      <Empty
        small
        title={nothingThere[filter]}
        actions={
          filter !== 'all' && (
            <Button variant="tonal" size="sm" onClick={onShowAll}>
              Show all chats
            </Button>
          )
        }
      />
    </li>
  );
}

export function ListFailed() {
  const { loadConversations } = useActions();
  return (
    <li>
      <Empty
        small
        title="Your chats didn’t load"
        actions={
          <Button variant="tonal" onClick={() => void loadConversations().catch(() => undefined)}>
            Try again
          </Button>
        }
      >
        The server took too long to answer. Your messages are safe.
      </Empty>
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
