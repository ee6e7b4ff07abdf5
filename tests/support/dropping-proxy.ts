import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface DroppingProxy {
  url: string;
  /** How many have connected so far. */
  connected(): number;
  shut(): Promise<void>;
}

/**
 * Stands between a WebSocket and its server, and lets single packets of the server's never arrive:
 * those of which `drops` says so. Whoever waits for them hears of nothing.
 */
export async function startDroppingProxy(
  port: number,
  drops: (packet: string) => boolean,
): Promise<DroppingProxy> {
  const open = new Set<Socket>();
  let connected = 0;
  const server = createServer((client) => {
    connected++;
    const upstream = connect({ host: '127.0.0.1', port });
    client.on('data', (bytes) => void upstream.write(bytes));
    upstream.on(
      'data',
      sieve(drops, (bytes) => void client.write(bytes)),
    );
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connected: () => connected,
    shut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Cuts what a server says into the head of its answer and frames, and passes on what is not dropped. */
function sieve(drops: (packet: string) => boolean, pass: (bytes: Buffer) => void) {
  let rest = Buffer.alloc(0);
  let isUpgraded = false;
  return (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const size = isUpgraded ? frameSize(rest) : answerSize(rest);
      if (size > rest.length) return;
      const part = rest.subarray(0, size);
      rest = rest.subarray(size);
      if (!isUpgraded || !drops(part.toString('utf8', headSize(part)))) pass(part);
      isUpgraded = true;
    }
  };
}

/** Bytes of the answer to the upgrade; infinitely many as long as it is not all there. */
function answerSize(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n\r\n');
  return end < 0 ? Infinity : end + 4;
}

/** A server's frames have no mask. */
const headSize = (frame: Buffer): number => {
  const short = (frame[1] ?? 0) & 0x7f;
  return short < 126 ? 2 : short === 126 ? 4 : 10;
};

/** Bytes of the frame that begins here; infinitely many as long as its head is not all there. */
function frameSize(bytes: Buffer): number {
  if (bytes.length < 2) return Infinity;
  const head = headSize(bytes);
  if (bytes.length < head) return Infinity;
  if (head === 2) return head + ((bytes[1] ?? 0) & 0x7f);
  return head + (head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)));
}
