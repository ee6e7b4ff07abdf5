import { expect, test } from 'vitest';
import { launchOf } from '../../app/(chat)/shell/launch.ts';

const shared = (fields: Record<string, string>) => {
  const entries = Object.entries(fields).map(([name, value]) => [`share-${name}`, value]);
  return launchOf(`?${new URLSearchParams(Object.fromEntries(entries) as Record<string, string>)}`);
};

test('nothing asked for is nothing done', () => {
  for (const search of ['', '?', '?new=', '?new=other', '?share-text=%20']) {
    expect(launchOf(search)).toBeNull();
  }
});

test('shortcuts name what they open', () => {
  expect(launchOf('?new=chat')).toEqual({ dialog: 'new-chat' });
  expect(launchOf('?new=group')).toEqual({ dialog: 'new-group' });
});

test('what is shared comes line by line', () => {
  expect(shared({ title: 'A lake', text: 'Worth a swim', url: 'https://example.org/' })).toEqual({
    shared: 'A lake\nWorth a swim\nhttps://example.org/',
  });
});

test('and only once, however often it is said', () => {
  const url = 'https://example.org/lake';
  expect(shared({ title: 'A lake', text: `A lake ${url}`, url })).toEqual({
    shared: `A lake ${url}`,
  });
  expect(shared({ text: url, url })).toEqual({ shared: url });
});
