import type { QueryFilter } from 'mongoose';
import { limits } from '#lib/contract/limits.ts';
import { MessageModel, type MessageDoc } from './message.ts';

/** A page of history while it is being read: it ends at so many messages, or at so many bytes. */
export interface Page {
  /** In the order of reading. */
  messages: MessageDoc[];
  /** Something follows that had no place. */
  hasMore: boolean;
  bytes: number;
  readonly limit: number;
  readonly mostBytes: number;
}

/** How many messages are read at once: what is read in vain, for a page that has become full, is less. */
const batchSize = 51;

export const newPage = (limit: number, mostBytes: number = limits.pageBytes): Page => ({
  messages: [],
  hasMore: false,
  bytes: 0,
  limit,
  mostBytes,
});

/** Reads on until the page is full or nothing is left. */
export async function fillPage(
  page: Page,
  filter: QueryFilter<MessageDoc>,
  sort: Partial<Record<'seq' | 'rev', 1 | -1>>,
): Promise<void> {
  const limit = page.limit + 1 - page.messages.length;
  const options = { sort, limit, batchSize: Math.min(limit, batchSize) };
  const cursor = MessageModel.collection.find<MessageDoc>(filter as object, options);
  try {
    while (!page.hasMore && (await cursor.hasNext())) {
      cursor.readBufferedDocuments().every((message) => take(page, message));
    }
  } finally {
    await cursor.close();
  }
}

function take(page: Page, message: MessageDoc): boolean {
  const bytes = page.bytes + sizeOf(message);
  // One at least, however long: who pages has to come forward.
  const isFull = page.messages.length > 0 && bytes > page.mostBytes;
  page.hasMore = isFull || page.messages.length >= page.limit;
  if (page.hasMore) return false;
  page.messages.push(message);
  page.bytes = bytes;
  return true;
}

/** Bytes of what makes a message long, as it is sent; what all have in common is not counted. */
export function sizeOf({ text, system }: Pick<MessageDoc, 'text' | 'system'>): number {
  const line = system ? JSON.stringify(system).length : 0;
  return Buffer.byteLength(JSON.stringify(text)) + line;
}
