import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What becomes of bytes: passed on, thrown away, or kept until they pass again. */
type Fate = 'pass' | 'swallow' | 'stall';

export interface TcpProxy {
  port: number;
  /** From those who connect to whom they want to reach. */
  up: Fate;
  /** The way back. */
  down: Fate;
  /** Ends every connection there is; new ones are welcome. */
  cut(): void;
  /** Whatever is sent on the connections there are is lost from now on, without a word; new ones are welcome. */
  silence(): void;
  /** Nobody listens here any more, and nobody is connected. */
  shut(): Promise<void>;
  /** Listens again, on the same port. */
  open(): Promise<void>;
  /** How many connections there are. */
  connections(): number;
}

/** Stands between two who talk TCP, and does to their bytes what networks do. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<{ client: Socket; upstream: Socket; isSilent: boolean }>();
  const proxy: TcpProxy = {
    port: 0,
    up: 'pass',
    down: 'pass',
    cut: () => {
      for (const { client, upstream } of pairs) {
        client.resetAndDestroy();
        upstream.destroy();
      }
    },
    silence: () => {
      for (const pair of pairs) pair.isSilent = true;
    },
    shut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      proxy.cut();
      await closed;
    },
    open: () => new Promise((resolve) => server.listen(proxy.port, '127.0.0.1', resolve)),
    connections: () => pairs.size,
  };
  const server = createServer((client) => {
    const upstream = connect(target);
    const pair = { client, upstream, isSilent: false };
    pairs.add(pair);
    carry(client, upstream, () => (pair.isSilent ? 'swallow' : proxy.up));
    carry(upstream, client, () => (pair.isSilent ? 'swallow' : proxy.down));
    for (const socket of [client, upstream]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await proxy.open();
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}

function carry(from: Socket, to: Socket, fate: () => Fate): void {
  let kept: Buffer[] = [];
  const release = () => {
    if (fate() === 'stall') return void setTimeout(release, 20).unref();
    for (const bytes of kept) to.write(bytes);
    kept = [];
  };
  from.on('data', (bytes: Buffer) => {
    const now = fate();
    if (now === 'swallow') return;
    if (now === 'pass' && kept.length === 0) return void to.write(bytes);
    if (kept.length === 0) setTimeout(release, 20).unref();
    kept.push(bytes);
  });
}
