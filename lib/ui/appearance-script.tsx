'use client';

import { appearanceScript } from '#lib/ui/theme.ts';

/**
 * For <head>: sets theme and text size before the first paint. It runs as the server's page is read;
 * where React draws the page anew there is nothing left to run, and it is mere data.
 */
export const AppearanceScript = () => (
  <script
    suppressHydrationWarning
    type={typeof window === 'undefined' ? 'text/javascript' : 'text/plain'}
    dangerouslySetInnerHTML={{ __html: appearanceScript }}
  />
);
