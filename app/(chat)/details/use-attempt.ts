import { useState } from 'react';
import { toast } from '#lib/ui/toast.tsx';
import { failureText } from '../conversation/failure.ts';

/** Runs what a button asks for; when it fails, says so. */
export function useAttempt() {
  const [isBusy, setBusy] = useState(false);
  const attempt = async (work: Promise<unknown>, onFailure: string): Promise<boolean> => {
    setBusy(true);
    try {
      await work;
      return true;
    } catch (error) {
      toast.error(failureText(onFailure, error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, attempt };
}
