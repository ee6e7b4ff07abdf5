// Next bundles the route handlers apart from server.ts: in one process lib/ is loaded twice, with
// two sets of module variables. What must exist once therefore hangs on globalThis, and only here.
type Kept = typeof globalThis & { __gatherly?: Map<string, unknown> };

/** The one thing of this name in the process; made at the first call. */
export function remember<T>(name: string, create: () => T): T {
  const kept = ((globalThis as Kept).__gatherly ??= new Map<string, unknown>());
  if (!kept.has(name)) kept.set(name, create());
  return kept.get(name) as T;
}

/** Makes the next `remember` of this name create it anew. */
export function forget(name: string): void {
  (globalThis as Kept).__gatherly?.delete(name);
}
