import { env } from '#lib/env.ts';
import { OfflineStart } from './offline-start.tsx';

/**
 * The application without anybody's data: the service worker keeps it and answers with it, at any
 * address of ours, when the server cannot be reached.
 */
export default function OfflineShellPage() {
  return <OfflineStart socketUrl={env().SOCKET_URL ?? null} />;
}
