import { connect } from 'node:net';

/** A TCP connection on which a test can say anything, or nothing at all. */
export interface RawConnection {
  write(bytes: Buffer): void;
  /** Stops reading; the network's buffers fill, then the server's. */
  pause(): void;
  received(): string;
  firstLine: Promise<string>;
  /** Resolves when the server has cut it. */
  closed: Promise<void>;
  close(): void;
}

/** Connects and sends these bytes. It never closes anything by itself, nor answers what it hears. */
export async function rawConnection(url: string, bytes: string): Promise<RawConnection> {
  const { port, hostname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  let text = '';
  let tellLine: (line: string) => void;
  const firstLine = new Promise<string>((resolve) => (tellLine = resolve));
  const closed = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) socket.on(event, () => resolve());
  });
  void closed.then(() => tellLine(''));
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (text.includes('\r\n')) tellLine(text.slice(0, text.indexOf('\r\n')));
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  if (bytes) socket.write(bytes);
  return {
    write: (more) => void socket.write(more),
    pause: () => void socket.pause(),
    received: () => text,
    firstLine,
    closed,
    close: () => void socket.destroy(),
  };
}
