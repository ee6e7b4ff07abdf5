import './globals.css';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { nonceHeader } from '#lib/transport/security-headers.ts';
import { AppearanceScript } from '#lib/ui/appearance-script.tsx';
import { Toaster } from '#lib/ui/toast.tsx';

export const metadata: Metadata = {
  description: 'Chat with family, friends and neighbours on a server you run yourselves.',
  applicationName: 'Gatherly',
  icons: {
    icon: [
      { url: '/favicon.svg', type: 'image/svg+xml' },
      { url: '/favicon-32.png', sizes: '32x32', type: 'image/png' },
    ],
    apple: '/apple-touch-180.png',
  },
  formatDetection: { telephone: false, email: false, address: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get(nonceHeader) ?? undefined;
  return (
    // The script sets data-theme before React looks at the page.
    <html lang="en" suppressHydrationWarning>
      <head>
        <AppearanceScript nonce={nonce} />
      </head>
      <body>
        {children}
        <Toaster />
      </body>
    </html>
  );
}
