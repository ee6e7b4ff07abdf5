'use client';

import { useEffect, useEffectEvent, useRef } from 'react';
import { useChat, useReadChat } from '#lib/client/provider.tsx';
import { isSameList } from '#lib/client/select.ts';
import { lookForUpdate, registerWorker, removeWorker, watchUpdates } from '#lib/client/worker.ts';
import { tell, workers } from '#lib/client/worker-line.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { toast } from '#lib/ui/toast.tsx';

/** Keeps the service worker that opens Gatherly without the network, and offers its new versions. */
export function WorkerKeeper() {
  const t = useTexts();
  const offer = useEffectEvent((take: () => void) => {
    const action = { label: t('update.reload'), onClick: take };
    toast(t('update.ready'), { id: 'update', stays: true, action });
  });

  useEffect(() => {
    let isOver = false;
    let stop = () => {};
    void keep().then((registration) => {
      if (registration && !isOver) stop = watchUpdates(registration, (take) => offer(take));
    });
    return () => {
      isOver = true;
      stop();
    };
  }, []);

  // Who comes back begins with what there was when they left.
  const read = useReadChat();
  const kept = useRef<unknown[]>([]);
  useEffect(() => {
    const leave = () => {
      const worker = workers()?.controller;
      if (!worker || document.visibilityState === 'visible') return;
      const { conversations, logs } = read();
      const now = [location.pathname, conversations, logs];
      if (isSameList(now, kept.current)) return;
      kept.current = now;
      tell(worker, { type: 'keep', path: location.pathname });
    };
    document.addEventListener('visibilitychange', leave);
    return () => document.removeEventListener('visibilitychange', leave);
  }, [read]);

  // A server that was away may be back as another version.
  const isOnline = useChat(({ connection }) => connection.status === 'online');
  const wasOnline = useRef(false);
  useEffect(() => {
    if (!isOnline) return;
    if (wasOnline.current) void lookForUpdate();
    wasOnline.current = true;
  }, [isOnline]);

  return null;
}

async function keep(): Promise<ServiceWorkerRegistration | null> {
  if (process.env.NODE_ENV === 'production') return registerWorker();
  await removeWorker();
  return null;
}
