import { nowUs } from '../clock.ts';
import type { Connection } from '../connection.ts';
import type { Outbox } from '../ledger.ts';
import { randomNumbers } from '../../store/rounds.ts';
import { newClientId, sinceUs, textOf } from './message.ts';
import type { Recording } from './recording.ts';

/** How messages come. */
export type Pattern =
  /** Each stream keeps so many under way: how much there is to be had. */
  | { kind: 'closed'; window: number }
  /** So many a second of all streams together, whether earlier ones are answered or not: how long they take. */
  | { kind: 'open'; perSecond: number; seed: number };

export interface Style {
  /** Of a text. */
  bytes: number;
  /** Say first that one types. */
  isTyping: boolean;
}

/** After a refusal (ms), before the next try. */
const afterRefusalMs = 50;
/** More than this under way: the server does not keep up, and the rest of the run is about memory only. */
const mostUnderWay = 50_000;

/** Sends until the function that it returns is called. */
export function startLoad(
  outboxes: readonly Outbox[],
  connectionOf: (person: number) => Connection,
  recording: Recording,
  style: Style,
  pattern: Pattern,
): () => void {
  let isOn = true;

  const send = ({ stream, take, confirm, refuse }: Outbox, dueUs: number, then?: Then): void => {
    const n = take();
    const text = textOf({ stream: stream.id, n, dueUs }, style.bytes);
    const connection = connectionOf(stream.sender);
    const start = `{"conversationId":"${stream.conversation}"`;
    if (style.isTyping) connection.emit('typing', `${start},"typing":true}`);
    const json = `${start},"clientId":"${newClientId()}","text":"${text}"}`;
    connection.emit('message:send', json, (answer) => {
      const isStored = answer.startsWith('{"ok":true');
      if (isStored) {
        confirm(n);
        recording.confirmed(sinceUs(dueUs));
      } else {
        refuse(n);
        recording.refused(/"code":"(\w+)"/.exec(answer)?.[1] ?? answer);
      }
      then?.(isStored);
    });
  };

  const keepUnderWay = (outbox: Outbox): void => {
    if (!isOn) return;
    send(outbox, nowUs(), (isStored) => {
      if (isStored) keepUnderWay(outbox);
      else setTimeout(() => keepUnderWay(outbox), afterRefusalMs);
    });
  };

  const arrive = (perSecond: number, seed: number): void => {
    const random = randomNumbers(seed);
    let underWay = 0;
    let nextUs = nowUs();
    const sendDue = (): void => {
      if (!isOn) return;
      for (const now = nowUs(); nextUs <= now && underWay < mostUnderWay;) {
        underWay++;
        send(outboxes[random(outboxes.length)]!, nextUs, () => underWay--);
        // Independent arrivals: the time between two is distributed exponentially.
        nextUs += Math.round((-Math.log(1 - random(2 ** 32) / 2 ** 32) * 1e6) / perSecond);
      }
      setTimeout(sendDue, 1);
    };
    sendDue();
  };

  if (pattern.kind === 'closed') {
    for (const outbox of outboxes) for (let n = 0; n < pattern.window; n++) keepUnderWay(outbox);
  } else if (outboxes.length > 0) {
    arrive(pattern.perSecond, pattern.seed);
  }
  return () => void (isOn = false);
}

type Then = (isStored: boolean) => void;
