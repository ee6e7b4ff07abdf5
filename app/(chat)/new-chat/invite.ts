import { toast } from '#lib/ui/toast.tsx';
import type { Texts } from '#lib/texts/texts.ts';

/** Gives on the address where a new person makes an account: to the phone's share sheet, or copied. */
export async function invite(t: Texts): Promise<void> {
  const url = `${location.origin}/register`;
  if (matchMedia('(pointer: coarse)').matches && 'share' in navigator) {
    // Closing the share sheet again is no failure.
    return navigator.share({ title: 'Gatherly', url }).catch(() => undefined);
  }
  try {
    await navigator.clipboard.writeText(url);
    toast(t('invite.copied'));
  } catch {
    // Browsers refuse this without https.
    toast.error(t('invite.address', { url }));
  }
}
