/** What `access` answers; undefined where storage is refused (private mode) or full. */
export function withStorage<T>(access: (storage: Storage) => T): T | undefined {
  try {
    return access(window.localStorage);
  } catch {
    return undefined;
  }
}

/** The stored keys that begin so. */
export const keysFrom = (storage: Storage, prefix: string): string[] =>
  Object.keys(storage).filter((key) => key.startsWith(prefix));
