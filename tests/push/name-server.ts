import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';

const types = { 1: 'A', 28: 'AAAA' } as const;
type Type = (typeof types)[keyof typeof types];
type Zone = Record<string, Partial<Record<Type, string[]>>>;

/**
 * A name server for these names, and a resolver that asks it. Of a name's lists of answers the first
 * is given first, as somebody does whose name leads elsewhere the second time.
 */
export async function startNameServer(zone: Zone): Promise<{ resolver: Resolver; stop(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end, type } = questionOf(query);
    const addresses = type ? (zone[name]?.[type] ?? []) : [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8580, 2);
    header.writeUInt16BE(addresses.length, 6);
    header.writeUInt16BE(0, 10);
    const answers = addresses.map((address) => recordOf(type === 'A' ? 1 : 28, bytesOf(address)));
    socket.send(Buffer.concat([header, query.subarray(12, end), ...answers]), from.port);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return { resolver, stop: () => void socket.close() };
}

function questionOf(query: Buffer): { name: string; end: number; type?: Type } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = types[query.readUInt16BE(at + 1) as keyof typeof types];
  return { name: labels.join('.').toLowerCase(), end: at + 5, ...(type && { type }) };
}

function recordOf(type: number, data: Buffer): Buffer {
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([record, data]);
}

/** The bytes of an address; of IPv6 in its long form. */
const bytesOf = (address: string): Buffer =>
  address.includes(':')
    ? Buffer.from(
        address
          .split(':')
          .map((part) => part.padStart(4, '0'))
          .join(''),
        'hex',
      )
    : Buffer.from(address.split('.').map(Number));
