import { useState } from 'react';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { failureText } from '#lib/ui/failure.ts';

/** Runs what a button asks for; when it fails, says so, under an id if that may have to be taken back. */
export function useAttempt() {
  const t = useTexts();
  const [isBusy, setBusy] = useState(false);
  const attempt = async (
    work: Promise<unknown>,
    onFailure: string,
    failedId?: string,
  ): Promise<boolean> => {
    setBusy(true);
    try {
      await work;
      return true;
    } catch (error) {
      toast.error(failureText(t, onFailure, error), failedId === undefined ? {} : { id: failedId });
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, attempt };
}
