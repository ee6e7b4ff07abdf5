/** Times as people read them, in the viewer's own language and zone. In the browser only. */

const format = (options: Intl.DateTimeFormatOptions) => {
  let made: Intl.DateTimeFormat | undefined;
  return (date: Date) => (made ??= new Intl.DateTimeFormat(undefined, options)).format(date);
};

const clock = format({ hour: 'numeric', minute: '2-digit' });
const weekdayShort = format({ weekday: 'short' });
const weekdayLong = format({ weekday: 'long' });
const numericDate = format({ day: 'numeric', month: 'numeric', year: '2-digit' });
const dayAndMonth = format({ day: 'numeric', month: 'long' });
const fullDate = format({ day: 'numeric', month: 'long', year: 'numeric' });

/** How many midnights lie between the two; 0 is the same day. */
export function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000);
}

export const isSameDay = (a: string, b: string): boolean =>
  daysBetween(new Date(a), new Date(b)) === 0;

/** 12:47 */
export const clockTime = (iso: string): string => clock(new Date(iso));

/** In the list of chats: 12:47, Yesterday, Wed, 3/5/25. */
export function listTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysBetween(date, now);
  if (days <= 0) return clock(date);
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekdayShort(date) : numericDate(date);
}

/** Between messages: Today, Yesterday, Wednesday, 3 May. */
export function dayLabel(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysBetween(date, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekdayLong(date) : longDate(date, now);
}

/** Last seen today at 14:05, yesterday at 14:05, Monday at 14:05, 3 May. */
export function lastSeenText(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysBetween(date, now);
  if (days <= 0) return `Last seen today at ${clock(date)}`;
  if (days === 1) return `Last seen yesterday at ${clock(date)}`;
  if (days < 7) return `Last seen ${weekdayLong(date)} at ${clock(date)}`;
  return `Last seen ${longDate(date, now)}`;
}

/** Of a session: Active now, 4 minutes ago, yesterday, 2 November. */
export function agoText(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  if (minutes < 2) return 'Active now';
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  const days = daysBetween(date, now);
  return days < 7 ? relative.format(-days, 'day') : longDate(date, now);
}

export const longDate = (date: Date, now = new Date()): string =>
  date.getFullYear() === now.getFullYear() ? dayAndMonth(date) : fullDate(date);
