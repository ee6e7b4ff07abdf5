import type { Server } from 'socket.io';

/** As much of engine.io's connection as is needed here; `socket` is of the `ws` package. */
interface Connection {
  readyState: string;
  flush(): void;
  transport: { socket?: { _socket?: { cork(): void; uncork(): void } | null } };
}

/**
 * Has what a client is sent within one turn of the event loop leave in one write. A commit answers and
 * tells many at once, and a system call for each frame is the dearest part of a short message.
 */
export function gatherFrames(io: Server): void {
  const waiting = new Map<Connection, () => void>();
  const flushAll = () => {
    const flushes = [...waiting];
    waiting.clear();
    for (const [connection, flush] of flushes) {
      const stream = connection.transport.socket?._socket;
      stream?.cork();
      flush.call(connection);
      stream?.uncork();
    }
  };
  io.engine.on('connection', (connection: Connection) => {
    const { flush } = connection;
    // Until then they wait in the connection's own buffer, which its closing and upgrading respect.
    connection.flush = () => {
      // Of one that completes its upgrade only to be closed, nothing would leave later.
      if (connection.readyState === 'closing') return flush.call(connection);
      if (waiting.size === 0) setImmediate(flushAll);
      waiting.set(connection, flush);
    };
  });
}
