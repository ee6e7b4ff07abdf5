'use client';

import {
  ChevronRight,
  CircleQuestionMark,
  KeyRound,
  LogOut,
  MonitorSmartphone,
  Palette,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { Avatar } from '#lib/ui/avatar.tsx';
import { ChatLink } from '#lib/ui/nav.tsx';
import { useOpenDialog } from '../shell/shell-context.tsx';
import type { SettingsPage } from '../views.ts';

const row =
  'flex min-h-15 w-full items-center gap-3.5 rounded-md px-3 py-1.5 text-start no-underline hover:bg-hover-surface tablet:min-h-12 desktop:min-h-14 [&>svg]:size-5.5';
const plain =
  'text-text [&>svg]:text-text-2 tablet:aria-[current]:bg-accent-soft tablet:aria-[current]:text-on-accent-soft tablet:aria-[current]:[&_*]:text-on-accent-soft';

export function SettingsNav({ page }: { page: SettingsPage | null }) {
  const open = useOpenDialog();
  const { id, displayName, avatarUrl, hasPassword } = useChat((state) => state.account);
  const current = (name: SettingsPage) => (page === name ? ('page' as const) : undefined);
  return (
    <nav
      aria-label="Settings"
      className={`min-h-0 flex-1 overflow-y-auto border-border p-2 tablet:border-e tablet:px-3 ${page ? 'phone:hidden' : ''}`}
    >
      <ChatLink
        href="/settings/profile"
        aria-current={current('profile')}
        className={`${row} ${plain} mb-1 min-h-18!`}
      >
        <Avatar id={id} name={displayName} src={avatarUrl} size={40} />
        <span className="min-w-0 flex-1">
          <span dir="auto" className="user-line block text-body font-semibold">
            {displayName}
          </span>
          <span className="trunc block text-sm text-text-3">Name, about</span>
        </span>
        <ChevronRight aria-hidden className="flip-rtl" />
      </ChatLink>
      <NavLink
        page="devices"
        current={current('devices')}
        icon={<MonitorSmartphone aria-hidden />}
        title="Devices"
        text="Where you are signed in"
      />
      <NavLink
        page="appearance"
        current={current('appearance')}
        icon={<Palette aria-hidden />}
        title="Appearance"
        text="Theme, text size"
      />
      <hr className="mx-3 my-1.5 border-border" />
      {hasPassword && (
        <NavLink
          page="password"
          current={current('password')}
          icon={<KeyRound aria-hidden />}
          title="Password"
          text="Change it"
        />
      )}
      <button
        type="button"
        onClick={() => open('shortcuts')}
        className={`${row} ${plain} touch:hidden`}
      >
        <CircleQuestionMark aria-hidden />
        <span className="flex-1 text-body font-medium">Shortcuts</span>
      </button>
      <button type="button" onClick={() => open('sign-out')} className={`${row} text-danger`}>
        <LogOut aria-hidden />
        <span className="flex-1 text-body font-medium">Sign out</span>
      </button>
    </nav>
  );
}

interface NavLinkProps {
  page: SettingsPage;
  current: 'page' | undefined;
  icon: ReactNode;
  title: string;
  text: string;
}

const NavLink = ({ page, current, icon, title, text }: NavLinkProps) => (
  <ChatLink href={`/settings/${page}`} aria-current={current} className={`${row} ${plain}`}>
    {icon}
    <span className="min-w-0 flex-1">
      <span className="block text-body font-medium">{title}</span>
      <span className="trunc block text-sm text-text-3 tablet:hidden desktop:block">{text}</span>
    </span>
  </ChatLink>
);
