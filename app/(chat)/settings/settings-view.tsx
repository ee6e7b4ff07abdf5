'use client';

import type { ComponentType } from 'react';
import { PageHeader } from '../shell/page-header.tsx';
import type { SettingsPage } from '../views.ts';
import { AppearancePage } from './appearance-page.tsx';
import { DevicesPage } from './devices-page.tsx';
import { PasswordPage } from './password-page.tsx';
import { ProfilePage } from './profile-page.tsx';
import { SettingsNav } from './settings-nav.tsx';

const pages: Record<SettingsPage, { title: string; lead: string; Page: ComponentType }> = {
  profile: {
    title: 'Profile',
    lead: 'People on this server see your name and about line.',
    Page: ProfilePage,
  },
  password: {
    title: 'Password',
    lead: 'Changing it signs you out everywhere else.',
    Page: PasswordPage,
  },
  devices: {
    title: 'Devices',
    lead: 'Places where you are signed in. Sign out anything you don’t recognise.',
    Page: DevicesPage,
  },
  appearance: {
    title: 'Appearance',
    lead: 'Saved on this device only.',
    Page: AppearancePage,
  },
};

/** Side by side on a wide screen; on a phone the list of pages, then one of them. */
export function SettingsView({ page }: { page: SettingsPage | null }) {
  const { title, lead, Page } = pages[page ?? 'profile'];
  return (
    <>
      <PageHeader title="Settings" sub={page ? { title, up: '/settings' } : undefined} />
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
            <p className="mb-5 text-md text-text-3">{lead}</p>
            <Page key={page ?? 'profile'} />
          </section>
        </div>
      </div>
    </>
  );
}
