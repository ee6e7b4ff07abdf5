'use client';

import { useEffect, useEffectEvent, useState } from 'react';
import { launchOf } from './launch.ts';
import { SendToDialog } from './parts.tsx';
import { useOpenDialog } from './shell-context.tsx';

/** Does what Gatherly was opened for, once: the address then says so no more. */
export function Launched() {
  const open = useOpenDialog();
  const [shared, setShared] = useState<string | null>(null);
  const begin = useEffectEvent(() => {
    const launch = launchOf(location.search);
    if (!launch) return;
    history.replaceState(history.state, '', location.pathname);
    if ('dialog' in launch) open(launch.dialog);
    else setShared(launch.shared);
  });
  useEffect(() => {
    // Once the page is there: what opens takes the focus from it.
    const timer = setTimeout(() => begin());
    return () => clearTimeout(timer);
  }, []);
  return (
    <SendToDialog
      open={shared !== null}
      onOpenChange={(open) => !open && setShared(null)}
      text={shared ?? ''}
    />
  );
}
