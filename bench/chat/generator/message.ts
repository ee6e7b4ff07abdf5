import { nowUs } from '../clock.ts';

/** What a message of a run says of itself, wherever it arrives. */
export interface Mark {
  stream: number;
  n: number;
  /** When it was due (µs): it may have been sent later. */
  dueUs: number;
}

/** The mark as a text of so many bytes. */
export const textOf = ({ stream, n, dueUs }: Mark, bytes: number): string =>
  `${stream}.${n}.${dueUs} `.padEnd(bytes, 'x');

/** The mark and the seq of a `message:new` packet. NaN, where it is none of ours. */
export function readMessage(packet: string): Mark & { seq: number } {
  const start = packet.indexOf('"text":"') + 8;
  const [stream, n, dueUs] = packet.slice(start, packet.indexOf(' ', start)).split('.');
  const seq = packet.indexOf('"seq":') + 6;
  return {
    stream: Number(stream),
    n: Number(n),
    dueUs: Number(dueUs),
    seq: Number(packet.slice(seq, packet.indexOf(',', seq))),
  };
}

export function conversationIn(packet: string): string {
  const start = packet.indexOf('"conversationId":"') + 18;
  return packet.slice(start, start + 24);
}

let made = 0;
const ownPart = process.pid.toString(16).padStart(6, '0').slice(-6);

/** Like those of the application's pages: a UUID of version 7, which begins with the time. */
export function newClientId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const number = (made++).toString(16).padStart(9, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${number.slice(6)}-8${ownPart.slice(3)}-${number.slice(0, 6)}${ownPart}`;
}

export const sinceUs = (dueUs: number): number => nowUs() - dueUs;
