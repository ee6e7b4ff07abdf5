import { Username } from '#lib/contract/inputs.ts';
import { limits } from '#lib/contract/limits.ts';
import { fold, UserModel } from '#lib/models/user.ts';

const { min, max } = limits.usernameLength;

/** Two free usernames like this one: with a number (`nora2`) and with a letter (`nora.a`). */
export async function freeUsernamesLike(username: string): Promise<string[]> {
  const [numbered, lettered] = candidatesLike(username);
  const all = [...numbered, ...lettered];
  const found = await UserModel.find({ username: { $in: all } }, { username: 1 }).lean();
  const taken = new Set(found.map((user) => user.username));
  const isFree = (name: string) => !taken.has(name);
  const best = [numbered.find(isFree), lettered.find(isFree)];
  return [...new Set([...best, ...all.filter(isFree)])]
    .filter((name) => name !== undefined)
    .slice(0, 2);
}

/** A username made of the first of these that has enough of what a username may hold. */
export function usernameFrom(sources: (string | null | undefined)[]): string {
  for (const source of sources) {
    const name = fold(source ?? '')
      .trim()
      .replace(/[\s-]+/g, '.')
      .replace(/[^a-z0-9_.]/g, '')
      .slice(0, max);
    if (name.length >= min && /[a-z0-9]/.test(name)) return name;
  }
  return 'member';
}

function candidatesLike(username: string): [numbered: string[], lettered: string[]] {
  const [, stem = '', digits = ''] = /^(.*?)(\d{0,4})$/.exec(username) ?? [];
  const base = stem === '' ? username : stem;
  const first = stem === '' || digits === '' ? 2 : Number(digits) + 1;
  const numbers = Array.from({ length: 8 }, (_, i) => String(first + i));
  // Where every small number is gone, a large one hardly ever is.
  const chances = Array.from({ length: 8 }, () =>
    String(Math.floor(1_000 + Math.random() * 9_000)),
  );
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => `.${letter}`);
  const named = (endings: string[]) =>
    endings
      .map((ending) => base.slice(0, max - ending.length) + ending)
      .filter((name) => name !== username && Username.safeParse(name).success);
  return [named([...numbers, ...chances]), named(letters)];
}
