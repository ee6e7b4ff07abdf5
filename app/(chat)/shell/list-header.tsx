'use client';

import {
  ArrowLeft,
  EllipsisVertical,
  Keyboard,
  LogOut,
  Sliders,
  SquarePen,
  Users,
} from '#lib/ui/icons.tsx';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator } from '#lib/ui/menu.tsx';
import { navigate } from '#lib/ui/nav.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { isTouch } from '../conversation/touch.ts';
import { useOpenDialog } from './shell-context.tsx';

const bar =
  'flex h-15 flex-none items-center gap-1 pt-1 ps-2 pe-1 tablet:h-18 tablet:px-3 tablet:pt-2';
const heading =
  'flex-1 ps-2 text-[1.5rem] leading-[2rem] font-bold tracking-[-.015em] tablet:text-xl';

export function ListHeader() {
  const t = useTexts();
  const open = useOpenDialog();
  return (
    <header className={bar}>
      <h1 className={heading}>{t('chats.title')}</h1>
      <IconButton
        label={t('chat.new')}
        shortcut={`${t('key.alt')} N`}
        className="tablet:hover:bg-hover phone:hidden"
        icon={<SquarePen aria-hidden />}
        onClick={() => open('new-chat')}
      />
      <Menu
        label={t('action.more')}
        trigger={
          <IconButton
            label={t('action.more')}
            className="tablet:hover:bg-hover"
            icon={<EllipsisVertical aria-hidden />}
          />
        }
      >
        <MenuItem
          icon={<Users aria-hidden />}
          label={t('group.new')}
          onSelect={() => open('new-group')}
        />
        <MenuItem
          icon={<Sliders aria-hidden />}
          label={t('settings.title')}
          onSelect={() => navigate('/settings')}
        />
        <ShortcutsItem onSelect={() => open('shortcuts')} />
        <MenuSeparator />
        <MenuItem
          icon={<LogOut aria-hidden className="flip-rtl" />}
          label={t('action.signOut')}
          onSelect={() => open('sign-out')}
        />
      </Menu>
    </header>
  );
}

/** A touch screen shows none: there are no keys. Known once the menu is open, not on the server. */
function ShortcutsItem({ onSelect }: { onSelect: () => void }) {
  const t = useTexts();
  if (isTouch()) return null;
  return (
    <MenuItem
      icon={<Keyboard aria-hidden />}
      label={t('shortcuts.title')}
      shortcut="?"
      onSelect={onSelect}
    />
  );
}

export function SearchHeader({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  return (
    <header className={`${bar} phone:px-3`}>
      <IconButton
        label={t('search.close')}
        className="tablet:hover:bg-hover"
        icon={<ArrowLeft aria-hidden className="flip-rtl" />}
        onClick={onClose}
      />
      <h1 className={`${heading} ps-0!`}>{t('search.title')}</h1>
    </header>
  );
}
