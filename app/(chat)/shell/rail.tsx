'use client';

import { MessageCircle, Sliders, Users } from '#lib/ui/icons.tsx';
import type { ReactNode } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { unreadChats } from '#lib/client/select.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { Badge } from '#lib/ui/badge.tsx';
import { Mark } from '#lib/ui/brand.tsx';
import { ChatLink } from '#lib/ui/nav.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import type { View } from '../views.ts';

/** Beside the list; on a phone the tabs below it, away while something else fills the screen. */
export function Rail({ view, hidden }: { view: View; hidden: boolean }) {
  const t = useTexts();
  const unread = useChat((state) => unreadChats(state));
  const account = useChat((state) => state.account);
  const onProfile = view.name === 'settings' && view.page === 'profile';
  return (
    <nav
      aria-label={t('nav.main')}
      className={`order-last flex flex-none justify-around border-t border-border bg-surface px-2 pt-1 pb-[calc(6px+env(safe-area-inset-bottom))] tablet:order-none tablet:flex-col tablet:items-center tablet:justify-start tablet:gap-1 tablet:border-0 tablet:bg-transparent tablet:px-0 tablet:pt-4 tablet:pb-3.5 phone:group-has-data-searching/shell:hidden ${hidden ? 'phone:hidden' : ''}`}
    >
      <span className="mb-4 phone:hidden">
        <Mark label="Gatherly" />
      </span>
      <RailLink
        href="/chats"
        label={t('chats.title')}
        current={view.name === 'chats'}
        icon={<MessageCircle aria-hidden />}
      >
        <Badge
          count={unread}
          of={t('badge.unreadChats', { count: unread })}
          className="absolute end-4.5 top-0 outline-2 outline-surface tablet:end-px tablet:top-0.75 tablet:outline-app"
        />
      </RailLink>
      <RailLink
        href="/people"
        label={t('people.title')}
        current={view.name === 'people'}
        icon={<Users aria-hidden />}
      />
      <span className="flex-1 phone:hidden" />
      <RailLink
        href="/settings"
        label={t('settings.title')}
        current={view.name === 'settings' && !onProfile}
        icon={<Sliders aria-hidden />}
      />
      <ChatLink
        href="/settings/profile"
        title={t('nav.profile')}
        aria-current={onProfile ? 'page' : undefined}
        className="grid size-12 place-items-center rounded-lg hover:bg-hover aria-[current]:bg-selected phone:hidden"
      >
        <Avatar id={account.id} name={account.displayName} src={account.avatarUrl} size={32} />
        <span className="sr-only">{t('nav.profile')}</span>
      </ChatLink>
    </nav>
  );
}

interface RailLinkProps {
  href: string;
  label: string;
  current: boolean;
  icon: ReactNode;
  children?: ReactNode;
}

function RailLink({ href, label, current, icon, children }: RailLinkProps) {
  return (
    <ChatLink
      href={href}
      title={label}
      aria-current={current ? 'page' : undefined}
      className={`relative grid h-13 w-24 content-center justify-items-center gap-px rounded-row no-underline transition-colors duration-(--dur-1) tablet:size-12 tablet:rounded-lg tablet:hover:bg-hover ${current ? 'text-accent-text tablet:bg-selected tablet:hover:bg-selected' : 'text-text-2'}`}
    >
      <span
        className={`grid h-7.5 w-14 place-items-center rounded-full tablet:w-auto tablet:bg-transparent [&>svg]:size-5.5 ${current ? 'bg-accent-soft' : ''}`}
      >
        {icon}
      </span>
      <span className="text-2xs font-semibold tablet:sr-only">{label}</span>
      {children}
    </ChatLink>
  );
}
