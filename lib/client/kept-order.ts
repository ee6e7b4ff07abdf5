import type { IDBPDatabase, StoreNames } from 'idb';

/** A row as it is on disk, which is not to be trusted. */
export type RawRow = [key: IDBValidKey, row: object];

const atOnce = 200;

/** All rows of a store, read in parts: between them the page can draw. */
export async function rowsIn<S>(db: IDBPDatabase<S>, name: StoreNames<S>): Promise<RawRow[]> {
  const found: RawRow[] = [];
  const { store } = db.transaction(name);
  let range: IDBKeyRange | null = null;
  for (;;) {
    const part: Promise<[unknown[], unknown[]]> = Promise.all([
      store.getAllKeys(range, atOnce),
      store.getAll(range, atOnce),
    ]);
    const [keys, rows] = await part;
    keys.forEach((key, index) => found.push([key as IDBValidKey, rows[index] as object]));
    if (keys.length < atOnce) return found;
    range = IDBKeyRange.lowerBound(keys.at(-1), true);
  }
}

/** Conversations in about the order of the list, before them the one with the id `first`. */
export function inListOrder(rows: RawRow[], first: string | null): RawRow[] {
  const ranked = rows.map((row) => ({ row, rank: rankOf(row, first) }));
  return ranked.sort((a, b) => (a.rank < b.rank ? 1 : -1)).map(({ row }) => row);
}

function rankOf([key, row]: RawRow, first: string | null): string {
  const { createdAt, lastMessage, me } = row as {
    createdAt?: unknown;
    lastMessage?: { createdAt?: unknown } | null;
    me?: { pinned?: unknown } | null;
  };
  const place = key === first ? 2 : me?.pinned === true ? 1 : 0;
  return `${place}${String(lastMessage?.createdAt ?? createdAt)}`;
}
