/**
 * The settings that pages without a server of their own cannot do without: there is no disk to keep a
 * secret or data on, and the sockets are elsewhere. For `next build` and lib/page-host.ts.
 */
const pageHostSettings = ['MONGODB_URI', 'REDIS_URL', 'SESSION_SECRET', 'PUBLIC_URL', 'SOCKET_URL'];

/**
 * Which of them are not given, in one line for the operator; null when all are.
 * @param {Partial<Record<string, unknown>>} given settings by their names
 */
export function missingOnPageHost(given) {
  const missing = pageHostSettings.filter((name) => !given[name]);
  if (missing.length === 0) return null;
  const verb = missing.length === 1 ? 'is' : 'are';
  return `${missing.join(', ')} ${verb} not set, which pages without server.ts need: docs/deploy/vercel.md`;
}
