/** Reads a list to its end, page by page. */
export async function eachPage<P extends { nextCursor: string | null }>(
  read: (cursor: string | undefined) => Promise<P>,
  take: (page: P) => void,
): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    take(page);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
