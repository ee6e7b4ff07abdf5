import { toast } from '#lib/ui/toast.tsx';

/** Gives on the address where a new person makes an account: to the phone's share sheet, or copied. */
export async function invite(): Promise<void> {
  const url = `${location.origin}/register`;
  if (matchMedia('(pointer: coarse)').matches && 'share' in navigator) {
    // Closing the share sheet again is no failure.
    return navigator.share({ title: 'Gatherly', url }).catch(() => undefined);
  }
  try {
    await navigator.clipboard.writeText(url);
    toast('Link copied');
  } catch {
    // Browsers refuse this without https.
    toast.error(`Send them this address: ${url}`);
  }
}
