const patterns = { press: 10, failure: [12, 60, 12] } as const;

/**
 * A light tap in the hand, on devices that can. Nothing before somebody has touched the page, when the
 * browser would refuse it and complain.
 */
export function haptic(what: keyof typeof patterns): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  const pattern = patterns[what];
  navigator.vibrate?.(typeof pattern === 'number' ? pattern : [...pattern]);
}
