'use client';

import { RotateCw } from '#lib/ui/icons.tsx';
import { useEffect, useState } from 'react';
import { Mark } from '#lib/ui/brand.tsx';
import { Button } from '#lib/ui/button.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

const firstWait = 3;
const longestWait = 30;

/** In place of everything while the server cannot answer; goes on by itself when it can. */
export function ServerAway({ host }: { host: string }) {
  const t = useTexts();
  const [wait, setWait] = useState(firstWait);
  const [left, setLeft] = useState(firstWait);
  const [trying, setTrying] = useState(false);

  const attempt = async () => {
    setTrying(true);
    if (await isReady()) return location.reload();
    const next = Math.min(wait * 2, longestWait);
    setTrying(false);
    setWait(next);
    setLeft(next);
  };

  useEffect(() => {
    if (trying) return;
    const timer = setTimeout(() => (left > 1 ? setLeft(left - 1) : void attempt()), 1000);
    return () => clearTimeout(timer);
  });

  return (
    <main className="grid h-dvh place-items-center overflow-y-auto bg-surface">
      <title>Gatherly</title>
      <div className="flex flex-col items-center p-8 text-center">
        <Mark size={72} />
        <h1 className="mt-5 text-xl font-bold tracking-[-.015em] text-balance">
          {t('away.title', { host })}
        </h1>
        <p className="mt-1.5 mb-5 max-w-100 text-pretty text-text-2">
          {t('away.text', { count: left })}
        </p>
        <Button busy={trying} busyLabel={t('away.trying')} onClick={() => void attempt()}>
          <RotateCw aria-hidden className="size-5" /> {t('away.now')}
        </Button>
      </div>
    </main>
  );
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch('/api/v1/ready', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
