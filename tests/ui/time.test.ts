import { describe, expect, it } from 'vitest';
import {
  agoText,
  clockTime,
  dayLabel,
  daysBetween,
  lastSeenText,
  listTime,
  longDate,
} from '#lib/ui/time.ts';
import { english, textsIn } from './english.ts';

// Wednesday. All in the zone of whoever runs this: the texts are in the viewer's own.
const now = new Date(2026, 10, 18, 9, 30);
const at = (days: number, hours = 12, minutes = 5) =>
  new Date(2026, 10, 18 - days, hours, minutes).toISOString();
const format = (iso: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(undefined, options).format(new Date(iso));

describe('days', () => {
  it('counts midnights, not hours', () => {
    const between = (one: Date, other: Date) => daysBetween(english, one, other);
    expect(between(new Date(2026, 10, 17, 23, 59), new Date(2026, 10, 18, 0, 1))).toBe(1);
    expect(between(new Date(2026, 10, 18, 0, 0), new Date(2026, 10, 18, 23, 59))).toBe(0);
  });

  it('counts every day of a year once, also those of 23 and 25 hours', () => {
    for (let day = 0; day < 366; day += 1) {
      const [noon, next] = [new Date(2026, 0, 1 + day, 12), new Date(2026, 0, 2 + day, 12)];
      expect(daysBetween(english, noon, next)).toBe(1);
    }
  });

  it('counts them in the zone of who reads it, wherever the page is drawn', () => {
    const [evening, night] = [new Date('2026-11-17T22:30Z'), new Date('2026-11-17T23:30Z')];
    const days = (zone: string) => daysBetween(textsIn('en', 'en-GB', zone), evening, night);
    expect(days('Europe/London')).toBe(0);
    expect(days('Europe/Berlin')).toBe(1);
    // Half an hour and three quarters beside the hour.
    expect(days('Asia/Kolkata')).toBe(0);
    expect(daysBetween(textsIn('en', 'en', 'Asia/Kathmandu'), new Date(0), evening)).toBe(20775);
    expect(clockTime(textsIn('en', 'en-GB', 'Asia/Kathmandu'), evening.toISOString())).toBe(
      '04:15',
    );
  });
});

describe('times in words', () => {
  it('in the list of chats', () => {
    expect(listTime(english, at(0, 8), now)).toBe(clockTime(english, at(0, 8)));
    expect(listTime(english, at(1), now)).toBe('Yesterday');
    expect(listTime(english, at(6), now)).toBe(format(at(6), { weekday: 'short' }));
    expect(listTime(english, at(7), now)).toBe(
      format(at(7), { day: 'numeric', month: 'numeric', year: '2-digit' }),
    );
  });

  it('between messages', () => {
    expect(dayLabel(english, at(0), now)).toBe('Today');
    expect(dayLabel(english, at(1), now)).toBe('Yesterday');
    expect(dayLabel(english, at(6), now)).toBe(format(at(6), { weekday: 'long' }));
    expect(dayLabel(english, at(7), now)).toBe(format(at(7), { day: 'numeric', month: 'long' }));
    expect(dayLabel(english, at(400), now)).toContain('2025');
  });

  it('a clock that is ahead of ours makes it today, not tomorrow', () => {
    expect(dayLabel(english, at(-1), now)).toBe('Today');
    expect(listTime(english, at(-1), now)).toBe(clockTime(english, at(-1)));
    expect(agoText(english, at(-1), now)).toBe('Active now');
  });

  it('when somebody was last there', () => {
    expect(lastSeenText(english, at(0, 8), now)).toBe(
      `Last seen today at ${clockTime(english, at(0, 8))}`,
    );
    expect(lastSeenText(english, at(1), now)).toBe(
      `Last seen yesterday at ${clockTime(english, at(1))}`,
    );
    expect(lastSeenText(english, at(3), now)).toBe(
      `Last seen ${format(at(3), { weekday: 'long' })} at ${clockTime(english, at(3))}`,
    );
    expect(lastSeenText(english, at(30), now)).toBe(
      `Last seen ${longDate(english, new Date(at(30)), now)}`,
    );
  });

  it('when a session was last used', () => {
    expect(agoText(english, at(0, 9, 29), now)).toBe('Active now');
    expect(agoText(english, at(0, 9, 10), now)).toMatch(/20/);
    expect(agoText(english, at(0, 6, 30), now)).toMatch(/3/);
    expect(agoText(english, at(30), now)).toBe(longDate(english, new Date(at(30)), now));
  });
});
