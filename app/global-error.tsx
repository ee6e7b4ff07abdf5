'use client';

import './globals.css';
import { appearanceScript } from '#lib/ui/theme.ts';
import ErrorPage from './error.tsx';

export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <title>Gatherly</title>
        <script dangerouslySetInnerHTML={{ __html: appearanceScript }} />
      </head>
      <body>
        <ErrorPage error={error} />
      </body>
    </html>
  );
}
