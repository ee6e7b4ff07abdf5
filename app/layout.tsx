import './globals.css';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { directionOf } from '#lib/texts/languages.ts';
import { keepZoneScript } from '#lib/texts/zone.ts';
import { nonceHeader } from '#lib/transport/security-headers.ts';
import { AppearanceScript } from '#lib/ui/appearance-script.tsx';
import { EarlyScript } from '#lib/ui/early-script.tsx';
import { Rest } from '#lib/ui/rest.tsx';
import { TextsProvider } from '#lib/ui/texts-provider.tsx';
import { Toaster } from '#lib/ui/toast.tsx';
import { requestLanguage, requestTexts } from './request-texts.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await requestTexts();
  return {
    description: t('app.description'),
    applicationName: 'Gatherly',
    icons: {
      // Browsers take it anew at every change of the address: one that is drawn (SVG) costs a few milliseconds each time.
      icon: { url: '/favicon-32.png', sizes: '32x32', type: 'image/png' },
      apple: '/apple-touch-180.png',
    },
    appleWebApp: { capable: true, title: 'Gatherly', statusBarStyle: 'default' },
    formatDetection: { telephone: false, email: false, address: false },
  };
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get(nonceHeader) ?? undefined;
  const spoken = await requestLanguage();
  const { language } = spoken;
  return (
    // The script sets data-theme before React looks at the page.
    <html lang={language} dir={directionOf(language)} suppressHydrationWarning>
      <head>
        <AppearanceScript nonce={nonce} />
        <EarlyScript nonce={nonce} code={keepZoneScript} />
      </head>
      <body>
        <TextsProvider {...spoken}>
          {children}
          <Toaster />
          <Rest />
        </TextsProvider>
      </body>
    </html>
  );
}
