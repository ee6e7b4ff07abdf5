'use client';

import { useLayoutEffect } from 'react';
import { keepPromptScript } from '#lib/ui/install.ts';
import { appearanceScript, ensureAppearance } from '#lib/ui/theme.ts';

/**
 * For <head>: sets theme and text size before the first paint. It runs as the server's page is read;
 * where React draws the page itself, as it does an error's, the script is mere data.
 * @param nonce what the page's policy lets scripts run by.
 */
export function AppearanceScript({ nonce }: { nonce?: string | undefined }) {
  useLayoutEffect(ensureAppearance, []);
  return (
    <script
      suppressHydrationWarning
      nonce={nonce}
      type={typeof window === 'undefined' ? 'text/javascript' : 'text/plain'}
      dangerouslySetInnerHTML={{ __html: `${appearanceScript};${keepPromptScript}` }}
    />
  );
}
