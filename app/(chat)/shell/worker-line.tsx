'use client';

import { useEffect } from 'react';
import { hearWorker, tellLanguage } from '#lib/client/worker-line.ts';
import { navigate } from '#lib/ui/nav.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/**
 * What the service worker and the page say to each other. From the first on, whatever else waits: what
 * nobody hears is lost, and a page that is closed at once has said which language is read.
 */
export function WorkerLine() {
  const { language, locale } = useTexts();
  useEffect(
    () =>
      hearWorker((told) => {
        if (told.type === 'open') navigate(`/chats/${told.conversationId}`);
      }),
    [],
  );
  useEffect(() => void tellLanguage(language, locale), [language, locale]);
  return null;
}
