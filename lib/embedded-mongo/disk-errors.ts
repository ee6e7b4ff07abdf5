/** What lmdb rejects with when the disk refuses something: a commit, or the call behind it. */
interface DiskError extends Error {
  /** The system's own error, when this one speaks of a whole commit. */
  commitError?: Promise<never>;
  /** The number of a system's or of LMDB's error; errors of Node have names there. */
  code?: unknown;
}

const isDiskError = (reason: unknown): boolean =>
  reason instanceof Error &&
  ((reason as DiskError).commitError !== undefined ||
    typeof (reason as DiskError).code === 'number');

/**
 * Keeps this thread alive when the disk fails: lmdb then rejects promises of its own besides the
 * one that is handled. Any other unhandled rejection ends it, as usual.
 */
export function surviveDiskErrors(onError: (error: string) => void): void {
  process.on('unhandledRejection', (reason) => {
    if (!isDiskError(reason)) throw reason;
    onError((reason as Error).message);
  });
}

/** What the system said when a commit failed, in its own words. */
export async function diskErrorOf(error: unknown): Promise<string> {
  const { commitError } = error as DiskError;
  try {
    // It is rejected in the same turn as the commit, if it is at all.
    await Promise.race([commitError, new Promise(setImmediate)]);
  } catch (cause) {
    return (cause as Error).message;
  }
  return error instanceof Error ? error.message : String(error);
}
