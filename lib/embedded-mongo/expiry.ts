import type { Server } from './commands.ts';
import type { Collection, Index } from './catalog.ts';
import { Clock } from './cursors.ts';
import { runErrand } from './errands.ts';
import { parseFilter, type Query } from './query.ts';
import type { Found } from './search.ts';
import type { Transaction } from './transaction.ts';
import { removeFound } from './writing.ts';

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
  const hasExpired = parseFilter({ [index.fields[0]!.name]: { $lte: cut } });
  // A partial TTL index speaks only for its own documents.
  const queries = index.partial ? [hasExpired, index.partial.query] : [hasExpired];
  const query: Query = { kind: 'and', queries };
  const errand = {
    namespace,
    wanted: { query },
    change: (now: Transaction, found: Found) => removeFound(now, namespace, found),
  };
  const clock = new Clock(undefined);
  const rest = await server.store.write((transaction) =>
    runErrand(server, transaction, errand, clock),
  );
  await rest?.();
}
