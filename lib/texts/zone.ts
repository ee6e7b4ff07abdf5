/** Tells the server in which zone this browser's person reads times. */
const zoneCookie = 'gatherly.zone';

/**
 * For <head>: whoever travels is drawn the right times with the next page. After the first frame: a page's
 * first formatter takes long (18 ms of a computer's processor), wherever it is made.
 */
export const keepZoneScript = `requestAnimationFrame(()=>setTimeout(()=>{document.cookie='${zoneCookie}='+new Intl.DateTimeFormat().resolvedOptions().timeZone+';path=/;max-age=31536000;samesite=lax'+(location.protocol=='https:'?';secure':'')}))`;

/** The zone that a request's cookies name, if there is such a zone. */
export function zoneIn(cookies: { get(name: string): { value: string } | undefined }) {
  const timeZone = cookies.get(zoneCookie)?.value;
  if (!timeZone) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone && timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
