import { useEffect, useEffectEvent, useId } from 'react';
import { useChat, useReadChat } from '#lib/client/provider.tsx';
import type { ChatState } from '#lib/client/types.ts';
import { toast } from '#lib/ui/toast.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';

/**
 * For a dialog that asks before a membership ends. What takes the server too long is done all the same: the
 * page hears of it before the answer, or after one that was a failure. Then the dialog closes, and takes back
 * what it has said.
 */
export function useEnding(isOver: (state: ChatState) => boolean, onClose: () => void) {
  const read = useReadChat();
  const { isBusy, attempt } = useAttempt();
  const failedId = useId();
  const isOverNow = useChat(isOver);
  const finish = useEffectEvent(() => {
    toast.dismiss(failedId);
    onClose();
  });
  useEffect(() => {
    if (isOverNow) finish();
  }, [isOverNow]);

  const end = async (work: Promise<unknown>, onFailure: string): Promise<void> => {
    const done = work.catch((error: unknown) => {
      if (!isOver(read())) throw error;
    });
    if (await attempt(done, onFailure, failedId)) onClose();
  };
  return { isBusy, end };
}
