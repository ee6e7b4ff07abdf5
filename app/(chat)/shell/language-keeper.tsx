'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { keepLanguage } from '#lib/ui/language-cookie.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/** Keeps the page in the language of the account, wherever that was chosen. */
export function LanguageKeeper() {
  const router = useRouter();
  const { language: spoken } = useTexts();
  const chosen = useChat(({ account }) => account.language);
  const isOnline = useChat(({ connection }) => connection.status === 'online');
  useEffect(() => {
    if (chosen) keepLanguage(chosen);
  }, [chosen]);
  useEffect(() => {
    // The server writes the page anew; what is open, typed and loaded stays as it is.
    if (chosen && chosen !== spoken && isOnline) router.refresh();
  }, [chosen, spoken, isOnline, router]);
  return null;
}
