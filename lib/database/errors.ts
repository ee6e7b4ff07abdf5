const awayNames = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoExpiredSessionError',
  'DisconnectedError',
]);
// Disk full, shutting down, no longer or not yet primary: MongoDB's own codes for "not now".
const awayCodes = new Set([14031, 91, 189, 10107, 11600, 11602, 13435, 13436, 50, 64]);

/** Whether an error means that the database cannot be used just now, rather than a bug of ours. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (awayNames.has(error.name)) return true;
  if (error.name === 'MongooseError')
    return /before initial connection|buffering timed out/.test(error.message);
  const { code, cause, errorResponse } = error as {
    code?: unknown;
    cause?: unknown;
    errorResponse?: unknown;
  };
  if (error.name.startsWith('Mongo') && typeof code === 'number' && awayCodes.has(code))
    return true;
  // A bulk write wraps what befell its connection.
  return isDatabaseAway(cause) || isDatabaseAway(errorResponse);
}

/** Whether a write was refused because another document has its unique key. */
export function isDuplicateKey(error: unknown): error is Error & { keyPattern?: object } {
  return error instanceof Error && (error as { code?: unknown }).code === 11000;
}
