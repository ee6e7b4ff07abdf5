import type { Server } from 'socket.io';
import { showGauge } from '#lib/metrics.ts';
import { appendsWaiting } from '#lib/models/append.ts';
import { onlineCount } from '#lib/use-cases/presence.ts';

/** Shows what the sockets and the log of messages are doing, looked up only when somebody asks. */
export function showSocketGauges({ engine, sockets: { sockets } }: Server): void {
  // How many packets wait for each client to read; Socket.io keeps them to itself.
  const outboxes = () =>
    [...sockets.values()].map(({ conn }) => (conn['writeBuffer'] as unknown[]).length);
  const gauges: [name: string, help: string, read: () => number][] = [
    ['connections', 'Connections of Socket.io, admitted or not.', () => engine.clientsCount],
    ['sockets', 'Sockets that have been admitted.', () => sockets.size],
    ['people_online', 'People who are online.', onlineCount],
    ['appends_waiting', 'Messages and changes that wait to be written.', appendsWaiting],
    [
      'socket_outbox_packets',
      'Packets that wait for clients to read them.',
      () => outboxes().reduce((sum, length) => sum + length, 0),
    ],
    [
      'socket_outbox_packets_max',
      'The most packets that wait for one client.',
      () => outboxes().reduce((most, length) => Math.max(most, length), 0),
    ],
  ];
  for (const [name, help, read] of gauges) showGauge(`gatherly_${name}`, help, read);
}
