import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings, settings } from '#lib/env.ts';

const names = Object.keys(settings.shape).sort();
const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

describe('settings', () => {
  it('are all in .env.example, with their defaults', () => {
    const lines = file('.env.example')
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line));
    const listed = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(Object.keys(listed).sort()).toEqual(names);
    expect(readSettings(listed)).toEqual(readSettings({}));
  });

  it('are all in the README', () => {
    const readme = file('README.md');
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('need nothing to be set, and take an empty value for not set', () => {
    expect(readSettings({})).toMatchObject({ PORT: 5000, RATE_LIMITS: 'on', ALLOWED_ORIGINS: [] });
    expect(readSettings({ MONGODB_URI: '' }).MONGODB_URI).toBeUndefined();
  });
});
