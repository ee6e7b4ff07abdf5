'use client';

import type { ComponentType } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import type { PlainKey } from '#lib/texts/catalogue.ts';
import { PageHeader } from '../shell/page-header.tsx';
import type { SettingsPage } from '../views.ts';
import { AppearancePage } from './appearance-page.tsx';
import { DeleteAccountPage } from './delete-account-page.tsx';
import { DevicesPage } from './devices-page.tsx';
import { EmailPage } from './email-page.tsx';
import { LanguagePage } from './language-page.tsx';
import { NotificationsPage } from './notifications-page.tsx';
import { PasswordPage } from './password-page.tsx';
import { PrivacyPage } from './privacy-page.tsx';
import { ProfilePage } from './profile-page.tsx';
import { SettingsNav } from './settings-nav.tsx';
import { StoragePage } from './storage-page.tsx';

const pages: Record<SettingsPage, { title: PlainKey; lead: PlainKey; Page: ComponentType }> = {
  profile: {
    title: 'settings.profile',
    lead: 'settings.profileLead',
    Page: ProfilePage,
  },
  privacy: {
    title: 'settings.privacy',
    lead: 'settings.privacyLead',
    Page: PrivacyPage,
  },
  notifications: {
    title: 'settings.notifications',
    lead: 'settings.notificationsLead',
    Page: NotificationsPage,
  },
  storage: {
    title: 'settings.storage',
    lead: 'settings.storageLead',
    Page: StoragePage,
  },
  'delete-account': {
    title: 'settings.deleteAccount',
    lead: 'settings.deleteAccountLead',
    Page: DeleteAccountPage,
  },
  password: {
    title: 'field.password',
    lead: 'settings.passwordLead',
    Page: PasswordPage,
  },
  email: {
    title: 'field.email',
    lead: 'settings.emailLead',
    Page: EmailPage,
  },
  devices: {
    title: 'settings.devices',
    lead: 'settings.devicesLead',
    Page: DevicesPage,
  },
  appearance: {
    title: 'settings.appearance',
    lead: 'settings.appearanceLead',
    Page: AppearancePage,
  },
  language: {
    title: 'app.language',
    lead: 'settings.languageLead',
    Page: LanguagePage,
  },
};

/** Side by side on a wide screen; on a phone the list of pages, then one of them. */
export function SettingsView({ page: asked }: { page: SettingsPage | null }) {
  const t = useTexts();
  const hasPassword = useChat(({ account }) => account.hasPassword);
  // Both are changed by one's password; who signs in by a provider has none, and no address either.
  const isByPassword = asked === 'password' || asked === 'email';
  const page = isByPassword && !hasPassword ? null : asked;
  const { Page, ...texts } = pages[page ?? 'profile'];
  const title = t(texts.title);
  return (
    <>
      <PageHeader title={t('settings.title')} sub={page ? { title, up: '/settings' } : undefined} />
      <div className="flex min-h-0 flex-1 tablet:grid tablet:grid-cols-[240px_minmax(0,1fr)] desktop:grid-cols-[320px_minmax(0,1fr)]">
        <SettingsNav page={page} />
        <div
          className={`min-h-0 flex-1 overflow-y-auto overscroll-contain ${page ? '' : 'phone:hidden'}`}
        >
          <section
            aria-label={title}
            className="mx-auto w-full max-w-160 px-4 pt-4 pb-6 tablet:px-6 tablet:pt-6 tablet:pb-8 desktop:px-8"
          >
            <h2 className="mb-1 text-xl font-bold tracking-[-.01em] phone:hidden">{title}</h2>
            <p className="mb-5 text-md text-text-3">{t(texts.lead)}</p>
            <Page key={page ?? 'profile'} />
          </section>
        </div>
      </div>
    </>
  );
}
