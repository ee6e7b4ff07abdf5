'use client';

import { ArrowLeft, EllipsisVertical, LogOut, Settings2, SquarePen, Users } from 'lucide-react';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator } from '#lib/ui/menu.tsx';
import { navigate } from '#lib/ui/nav.tsx';
import { useOpenDialog } from './shell-context.tsx';

const bar =
  'flex h-15 flex-none items-center gap-1 py-1 ps-2 pe-1 tablet:h-18 tablet:px-3 tablet:pt-2 tablet:pb-0';
const heading = 'flex-1 ps-2 text-[1.5rem] leading-8 font-bold tracking-[-.015em] tablet:text-xl';

export function ListHeader() {
  const open = useOpenDialog();
  return (
    <header className={bar}>
      <h1 className={heading}>Chats</h1>
      <IconButton
        label="New chat"
        shortcut="Alt N"
        className="tablet:hover:bg-hover phone:hidden"
        icon={<SquarePen aria-hidden />}
        onClick={() => open('new-chat')}
      />
      <Menu
        label="More"
        trigger={
          <IconButton
            label="More"
            className="tablet:hover:bg-hover"
            icon={<EllipsisVertical aria-hidden />}
          />
        }
      >
        <MenuItem
          icon={<Users aria-hidden />}
          label="New group"
          onSelect={() => open('new-group')}
        />
        <MenuItem
          icon={<Settings2 aria-hidden />}
          label="Settings"
          onSelect={() => navigate('/settings')}
        />
        <MenuSeparator />
        <MenuItem
          danger
          icon={<LogOut aria-hidden />}
          label="Sign out"
          onSelect={() => open('sign-out')}
        />
      </Menu>
    </header>
  );
}

export function SearchHeader({ onClose }: { onClose: () => void }) {
  return (
    <header className={bar}>
      <IconButton
        label="Close search"
        className="tablet:hover:bg-hover"
        icon={<ArrowLeft aria-hidden className="flip-rtl" />}
        onClick={onClose}
      />
      <h1 className={`${heading} ps-0`}>Search</h1>
    </header>
  );
}
