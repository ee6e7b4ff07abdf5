import type { Server } from './commands.ts';
import type { Collection, Index } from './catalog.ts';
import { parseFilter } from './query.ts';
import { removeFound, searchIn } from './writing.ts';

const removedPerCommit = 500;

/** Removes the documents whose time has come by a TTL index. */
export async function expireDocuments(server: Server): Promise<void> {
  for (const collection of server.store.catalog.values()) {
    for (const index of collection.indexes) {
      if (index.expireAfterSeconds !== undefined) await expireBy(server, collection, index);
    }
  }
}

async function expireBy(server: Server, { namespace }: Collection, index: Index): Promise<void> {
  const cut = new Date(Date.now() - index.expireAfterSeconds! * 1000);
  const query = parseFilter({ [index.fields[0]!.name]: { $lte: cut } });
  let removed: number;
  do {
    removed = await server.store.write((transaction) => {
      const found = searchIn(server, transaction, namespace, { query, limit: removedPerCommit });
      // A partial TTL index speaks only for its own documents.
      const expired = found.filter(({ doc }) => index.partial?.matches(doc) ?? true);
      for (const document of expired) removeFound(transaction, namespace, document);
      return expired.length;
    });
  } while (removed === removedPerCommit);
}
