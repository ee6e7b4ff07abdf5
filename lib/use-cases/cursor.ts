import * as z from 'zod';
import { AppError } from '#lib/contract/errors.ts';

/** Where a list goes on: opaque to clients, base64url of what the list needs to find its place. */
export const encodeCursor = (place: unknown): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws AppError `invalid_input` for anything that this list has not made. */
export function decodeCursor<T extends z.ZodType>(cursor: string, place: T): z.output<T> {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    const issues = [{ path: 'cursor', message: 'is not a cursor of this list' }];
    throw new AppError('invalid_input', 'The cursor is not one of this list.', { issues });
  }
}

/** How much of a list is answered to whoever does not say. */
export const defaultPage = 50;

interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * One page of a list that is read from the database.
 * @param found what follows the last page, one more of it than a page has
 * @param placeOf where the list goes on after this one
 */
export function pageFrom<T>(found: T[], limit: number, placeOf: (item: T) => unknown): PageOf<T> {
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor(placeOf(last)) : null };
}

/** One page of a list that is in memory, with its offset as the cursor. */
export function pageOf<T>(
  all: T[],
  { limit = defaultPage, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): PageOf<T> {
  const offset = cursor === undefined ? 0 : decodeCursor(cursor, z.int().min(0));
  const end = offset + limit;
  return { items: all.slice(offset, end), nextCursor: end < all.length ? encodeCursor(end) : null };
}
