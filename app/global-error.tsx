'use client';

import './globals.css';
import { AppearanceScript } from '#lib/ui/appearance-script.tsx';
import ErrorPage from './error.tsx';

export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <AppearanceScript />
      </head>
      <body>
        <ErrorPage error={error} />
      </body>
    </html>
  );
}
