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

/** One page of a list that is in memory, with its offset as the cursor. */
export function pageOf<T>(
  all: T[],
  { limit = 50, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): { items: T[]; nextCursor: string | null } {
  const offset = cursor === undefined ? 0 : decodeCursor(cursor, z.int().min(0));
  const end = offset + limit;
  return { items: all.slice(offset, end), nextCursor: end < all.length ? encodeCursor(end) : null };
}
