'use client';

import {
  Bell,
  ChevronRight,
  Keyboard,
  HardDrive,
  KeyRound,
  Globe,
  LogOut,
  Mail,
  Monitor,
  Palette,
  ShieldCheck,
  Trash,
} from '#lib/ui/icons.tsx';
import type { ReactNode } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { Avatar } from '#lib/ui/avatar.tsx';
import { ChatLink } from '#lib/ui/nav.tsx';
import { languageNames } from '#lib/texts/languages.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useOpenDialog } from '../shell/shell-context.tsx';
import type { SettingsPage } from '../views.ts';

const row =
  'flex min-h-15 w-full items-center gap-3.5 rounded-md px-3 py-1.5 text-start no-underline hover:bg-hover-surface tablet:min-h-12 desktop:min-h-14 [&>svg]:size-5.5';
const plain =
  'text-text [&>svg]:text-text-2 tablet:aria-[current]:bg-accent-soft tablet:aria-[current]:text-on-accent-soft tablet:aria-[current]:[&_*]:text-on-accent-soft';
/** Beside the list stands the profile while no page is chosen. */
const shownFirst =
  'tablet:bg-accent-soft tablet:text-on-accent-soft tablet:[&_*]:text-on-accent-soft';

export function SettingsNav({ page }: { page: SettingsPage | null }) {
  const t = useTexts();
  const open = useOpenDialog();
  const { id, displayName, avatarUrl, email, hasPassword } = useChat((state) => state.account);
  const current = (name: SettingsPage) => (page === name ? ('page' as const) : undefined);
  return (
    <nav
      aria-label={t('settings.title')}
      className={`min-h-0 flex-1 overflow-y-auto border-border p-2 tablet:border-e tablet:px-3 ${page ? 'phone:hidden' : ''}`}
    >
      <ChatLink
        href="/settings/profile"
        aria-current={current('profile')}
        className={`${row} ${plain} mb-1 min-h-18! ${page ? '' : shownFirst}`}
      >
        <Avatar id={id} name={displayName} src={avatarUrl} size={40} />
        <span className="min-w-0 flex-1">
          <span dir="auto" className="user-line block text-body font-semibold">
            {displayName}
          </span>
          <span className="trunc block text-sm text-text-3">{t('settings.profileText')}</span>
        </span>
        <ChevronRight aria-hidden className="flip-rtl size-4.5! text-text-3!" />
      </ChatLink>
      <NavLink
        page="privacy"
        current={current('privacy')}
        icon={<ShieldCheck aria-hidden />}
        title={t('settings.privacy')}
        text={t('settings.privacyText')}
      />
      <NavLink
        page="notifications"
        current={current('notifications')}
        icon={<Bell aria-hidden />}
        title={t('settings.notifications')}
        text={t('settings.notificationsText')}
      />
      <NavLink
        page="devices"
        current={current('devices')}
        icon={<Monitor aria-hidden />}
        title={t('settings.devices')}
        text={t('settings.devicesText')}
      />
      <NavLink
        page="appearance"
        current={current('appearance')}
        icon={<Palette aria-hidden />}
        title={t('settings.appearance')}
        text={t('settings.appearanceText')}
      />
      <NavLink
        page="language"
        current={current('language')}
        icon={<Globe aria-hidden />}
        title={t('app.language')}
        text={languageNames[t.language]}
      />
      <NavLink
        page="storage"
        current={current('storage')}
        icon={<HardDrive aria-hidden />}
        title={t('settings.storage')}
        text={t('settings.storageText')}
      />
      <hr className="mx-3 my-1.5 border-border" />
      {hasPassword && (
        <>
          <NavLink
            page="password"
            current={current('password')}
            icon={<KeyRound aria-hidden />}
            title={t('field.password')}
            text={t('settings.passwordText')}
          />
          <NavLink
            page="email"
            current={current('email')}
            icon={<Mail aria-hidden />}
            title={t('field.email')}
            text={email ?? t('settings.emailText')}
          />
        </>
      )}
      <button
        type="button"
        onClick={() => open('shortcuts')}
        className={`${row} ${plain} touch:hidden`}
      >
        <Keyboard aria-hidden />
        <span className="flex-1 text-body font-medium">{t('shortcuts.title')}</span>
      </button>
      <button type="button" onClick={() => open('sign-out')} className={`${row} ${plain}`}>
        <LogOut aria-hidden className="flip-rtl" />
        <span className="flex-1 text-body font-medium">{t('action.signOut')}</span>
      </button>
      <ChatLink
        href="/settings/delete-account"
        aria-current={current('delete-account')}
        className={`${row} text-danger tablet:aria-[current]:bg-danger-soft`}
      >
        <Trash aria-hidden />
        <span className="flex-1 text-body font-medium">{t('settings.deleteAccount')}</span>
      </ChatLink>
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
