import { useEffect, useState } from 'react';
import type { PushState } from '#lib/client/push.ts';
import { usePush } from '#lib/client/use-push.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';

/** How this device is told of messages, and what changes that; null until it is known. */
export function usePushState() {
  const t = useTexts();
  const push = usePush();
  const { isBusy, attempt } = useAttempt();
  const [state, setState] = useState<PushState | null>(null);
  useEffect(() => {
    const read = () => void push.read().then(setState, () => undefined);
    read();
    // Whoever went to the browser's settings comes back by way of this.
    addEventListener('focus', read);
    return () => removeEventListener('focus', read);
  }, [push]);

  const change = (work: Promise<PushState>) => attempt(work.then(setState), t('notify.failed'));
  return {
    state,
    isBusy,
    turnOn: () => change(push.turnOn()),
    turnOff: () => change(push.turnOff()),
    setPreviews: (previews: boolean) => change(push.setPreviews(previews)),
    test: push.test,
  };
}
