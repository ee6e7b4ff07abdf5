'use client';

import { CircleCheck, WifiOff } from '#lib/ui/icons.tsx';
import { useEffect, useRef, useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { isConnected } from '#lib/client/select.ts';
import { Spinner } from '#lib/ui/spinner.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

const showAfterMs = 2_000;
const retryAfterMs = 5_000;
const backForMs = 2_000;
/** While something is pressed. */
const againMs = 100;

type Shown = 'offline' | 'connecting' | 'back' | null;

/**
 * Says when the page is behind, and that it has caught up again. Silent about short gaps. `inset` is
 * for where it lies among other things instead of below a bar.
 */
export function ConnectionBanner({ inset = false }: { inset?: boolean }) {
  const reconnecting = useChat((state) => state.connection.reconnecting);
  const { shown, canRetry } = useShown();
  const t = useTexts();
  if (!shown) return null;
  return (
    <div
      role="status"
      className={`flex min-h-11 flex-none items-center gap-2.5 py-1.5 pe-2 text-md ${inset ? 'mx-3 mb-2 rounded-md ps-3.5' : 'ps-4'} ${tones[shown]}`}
    >
      {shown === 'offline' && (
        <>
          <WifiOff aria-hidden />
          <span className="min-w-0 flex-1">
            <b>{t('connection.offline')}</b> {t('connection.willSend')}
          </span>
          {canRetry && <RetryNow />}
        </>
      )}
      {shown === 'connecting' && (
        <>
          <Spinner />
          <span className="min-w-0 flex-1">
            {t(reconnecting ? 'connection.reconnecting' : 'connection.connecting')}
          </span>
          {canRetry && <RetryNow />}
        </>
      )}
      {shown === 'back' && (
        <>
          <CircleCheck aria-hidden />
          <span className="min-w-0 flex-1">{t('connection.back')}</span>
        </>
      )}
    </div>
  );
}

function RetryNow() {
  const { reconnectNow } = useActions();
  const t = useTexts();
  return (
    <button
      type="button"
      onClick={reconnectNow}
      className="tap-area relative min-h-9 px-2.5 font-semibold underline underline-offset-3"
    >
      {t('connection.retry')}
    </button>
  );
}

const tones = {
  offline: 'bg-warning-soft text-on-warning-soft',
  connecting: 'bg-info-soft text-on-info-soft',
  back: 'bg-success-soft text-success',
} as const;

function useShown(): { shown: Shown; canRetry: boolean } {
  const isUp = useChat(isConnected);
  const hasNetwork = useChat((state) => state.hasNetwork);
  // Opened without the server, and it cannot be reached: nothing is being lost that one had.
  const down = useChat(({ connection }) =>
    hasNetwork && (connection.reconnecting || connection.status !== 'offline')
      ? 'connecting'
      : 'offline',
  );
  const downSince = useRef<number | null>(null);
  const [shown, setShown] = useState<Shown>(null);
  const [canRetry, setCanRetry] = useState(false);

  useEffect(() => {
    const timers: ReturnType<typeof setTimeout>[] = [];
    // What is below it moves, but not from under a press: that would end beside what it began on.
    const after = (ms: number, act: () => void) => {
      const tryNow = () => (document.querySelector(':active') ? after(againMs, act) : act());
      timers.push(setTimeout(tryNow, ms));
    };
    if (isUp) {
      downSince.current = null;
      after(0, () => {
        setCanRetry(false);
        // Whoever saw that it was gone is told that it is back.
        setShown((now) => (now ? 'back' : null));
      });
      after(backForMs, () => setShown(null));
    } else {
      // The clock runs on, however often it changes between having no network and no answer.
      const past = Date.now() - (downSince.current ??= Date.now());
      after(showAfterMs - past, () => setShown(down));
      after(retryAfterMs - past, () => setCanRetry(true));
    }
    return () => timers.forEach(clearTimeout);
  }, [isUp, down]);
  // Without any network there is nothing to try.
  return { shown, canRetry: canRetry && hasNetwork };
}
