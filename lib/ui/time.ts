import type { Texts } from '#lib/texts/texts.ts';

/** Times as people read them, in the viewer's own language and zone. */

const clock = { timeStyle: 'short' } as const;
const numericDate = { day: 'numeric', month: 'numeric', year: '2-digit' } as const;
const dayAndMonth = { day: 'numeric', month: 'long' } as const;
const fullDate = { day: 'numeric', month: 'long', year: 'numeric' } as const;

/** How many midnights lie between the two; 0 is the same day. */
export const daysBetween = (t: Texts, earlier: Date, later: Date): number =>
  t.day(later.getTime()) - t.day(earlier.getTime());

/** 12:47 */
export const clockTime = (t: Texts, iso: string): string => t.date(new Date(iso), clock);

/** In the list of chats: 12:47, Yesterday, Wed, 3/5/25. */
export function listTime(t: Texts, iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysBetween(t, date, now);
  if (days <= 0) return t.date(date, clock);
  if (days === 1) return t('time.yesterday');
  return t.date(date, days < 7 ? { weekday: 'short' } : numericDate);
}

/** Between messages: Today, Yesterday, Wednesday, 3 May. */
export function dayLabel(t: Texts, iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysBetween(t, date, now);
  if (days <= 0) return t('time.today');
  if (days === 1) return t('time.yesterday');
  return days < 7 ? t.date(date, { weekday: 'long' }) : longDate(t, date, now);
}

/** Last seen today at 14:05, yesterday at 14:05, Monday at 14:05, 3 May. */
export function lastSeenText(t: Texts, iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysBetween(t, date, now);
  const time = t.date(date, clock);
  if (days <= 0) return t('time.lastSeenToday', { time });
  if (days === 1) return t('time.lastSeenYesterday', { time });
  if (days >= 7) return t('time.lastSeenDate', { date: longDate(t, date, now) });
  return t('time.lastSeenWeekday', { day: t.date(date, { weekday: 'long' }), time });
}

/** Of a session: Active now, 4 minutes ago, yesterday, 2 November. */
export function agoText(t: Texts, iso: string, now = new Date()): string {
  const date = new Date(iso);
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  if (minutes < 2) return t('time.activeNow');
  if (minutes < 60) return t.ago(minutes, 'minute');
  if (minutes < 24 * 60) return t.ago(Math.floor(minutes / 60), 'hour');
  const days = daysBetween(t, date, now);
  return days < 7 ? t.ago(days, 'day') : longDate(t, date, now);
}

export const longDate = (t: Texts, date: Date, now = new Date()): string =>
  t.date(date, date.getFullYear() === now.getFullYear() ? dayAndMonth : fullDate);
