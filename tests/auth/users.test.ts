import { describe, expect, it } from 'vitest';
import { operations } from '#lib/contract/operations.ts';
import { readUser, searchUsers } from '#lib/use-cases/users.ts';
import type { Caller } from '#lib/use-cases/define.ts';
import { searchTerms, UserModel } from '#lib/models/user.ts';
import { laptop, refusalOf, withDatabase } from './support.ts';

withDatabase();

const everybody = {
  ana: 'Ana Núñez',
  ben: 'Ben Carter',
  'jose.m': 'José María López',
  nora: 'Nora Lindqvist',
  'nora.l': 'N. (Nora) Lund',
  odd: '.*+?^${}()|[]\\',
  strasse: 'Zoë Straße',
};

/** Everybody is there; the caller is Ben. */
async function arrive(people: Record<string, string> = everybody): Promise<Caller> {
  await UserModel.insertMany(
    Object.entries(people).map(([username, displayName]) => ({
      username,
      displayName,
      search: searchTerms(username, displayName),
      createdAt: new Date(),
    })),
  );
  const ben = await UserModel.findOne({ username: 'ben' }).lean();
  return { ...laptop, userId: String(ben?._id), sessionId: '0'.repeat(24) };
}

const usernames = async (caller: Caller, q?: string) => {
  const answer = await searchUsers(caller, operations.searchUsers.input.parse({ q }));
  expect(operations.searchUsers.output.parse(answer)).toEqual(answer);
  return answer.items.map(({ username }) => username);
};

describe('the search for people', () => {
  it('finds the beginning of a username, of a name and of any word of it', async () => {
    const caller = await arrive();
    expect(await usernames(caller, 'no')).toEqual(['nora', 'nora.l']);
    expect(await usernames(caller, 'nora.')).toEqual(['nora.l']);
    expect(await usernames(caller, '@nora')).toEqual(['nora', 'nora.l']);
    expect(await usernames(caller, 'lindq')).toEqual(['nora']);
    expect(await usernames(caller, 'nora lind')).toEqual(['nora']);
    expect(await usernames(caller, '  Nora   Lind ')).toEqual(['nora']);
    expect(await usernames(caller, 'ora')).toEqual([]);
  });

  it('does not mind case and accents, on either side', async () => {
    const caller = await arrive();
    for (const q of ['jose maria', 'JOSÉ', 'maría', 'Lopez', 'lópez']) {
      expect(await usernames(caller, q)).toEqual(['jose.m']);
    }
    expect(await usernames(caller, 'zoe')).toEqual(['strasse']);
    expect(await usernames(caller, 'NÚN')).toEqual(['ana']);
  });

  it('takes every character for itself', async () => {
    const caller = await arrive();
    expect(await usernames(caller, '(nora)')).toEqual(['nora.l']);
    for (const q of ['.*+?', everybody.odd, '.*+?^${}()|[]']) {
      expect(await usernames(caller, q)).toEqual(['odd']);
    }
    for (const q of [
      'n.ra',
      '(?:nora',
      '[',
      '\\',
      '^',
      '$',
      'a|b',
      '.*a',
      'nora\\',
      '{1}',
      'x'.repeat(100),
    ]) {
      expect(await usernames(caller, q)).toEqual([]);
    }
    expect(await usernames(caller, '\0')).toHaveLength(6);
    expect(await usernames(caller, 'nora\0lind')).toEqual(['nora']);
    expect(await usernames(caller, '\ud800')).toEqual([]);
  });

  it('names everybody but the caller when nothing is asked for', async () => {
    const caller = await arrive();
    const others = ['ana', 'jose.m', 'nora', 'nora.l', 'odd', 'strasse'];
    for (const q of [undefined, '', '  ', '@']) expect(await usernames(caller, q)).toEqual(others);
    expect(await usernames(caller, 'ben')).toEqual([]);
  });

  it('comes in pages of any size, each person once', async () => {
    const caller = await arrive();
    const all = await usernames(caller);
    for (let limit = 1; limit <= all.length + 1; limit++) {
      const pages = await pagesOf(caller, limit);
      expect(pages.flat()).toEqual(all);
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      expect(pages.at(-1)).not.toEqual([]);
    }
  });

  it('has pages of fifty unless told', async () => {
    const crowd = Array.from({ length: 60 }, (_, i) => [`guest${i}`, `Guest ${i}`]);
    const caller = await arrive({ ben: 'Ben', ...Object.fromEntries(crowd) });
    expect((await pagesOf(caller)).map((page) => page.length)).toEqual([50, 10]);
  });

  it('refuses a cursor that it has not made', async () => {
    const caller = await arrive();
    const made = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');
    for (const cursor of ['', 'x', '%%', made(7), made({ $gt: '' }), made(null), made(['nora'])]) {
      expect(await refusalOf(searchUsers(caller, { cursor }))).toBe('invalid_input');
    }
  });
});

describe('a person', () => {
  it('is read by anybody signed in, without what is private', async () => {
    const caller = await arrive();
    const ana = await UserModel.findOne({ username: 'ana' }).lean();
    const answer = await readUser(caller, { userId: String(ana?._id) });
    expect(operations.readUser.output.parse(answer)).toEqual(answer);
    expect(Object.keys(answer.user).toSorted()).toEqual(
      ['id', 'username', 'displayName', 'about', 'avatarUrl', 'online', 'lastSeenAt'].toSorted(),
    );
  });

  it('who does not exist is not found', async () => {
    const caller = await arrive();
    expect(await refusalOf(readUser(caller, { userId: 'f'.repeat(24) }))).toBe('not_found');
  });
});

async function pagesOf(caller: Caller, limit?: number): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const { items, nextCursor }: Awaited<ReturnType<typeof searchUsers>> = await searchUsers(
      caller,
      {
        ...(limit !== undefined && { limit }),
        ...(cursor !== null && { cursor }),
      },
    );
    pages.push(items.map(({ username }) => username));
    cursor = nextCursor;
  } while (cursor !== null);
  return pages;
}
