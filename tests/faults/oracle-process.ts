import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { io, type Socket } from 'socket.io-client';
import type { Message } from '#lib/contract/records.ts';
import type { Note, Plan } from './oracle.ts';

// Senders and receivers in a process of their own, who write down what they sent, what was
// acknowledged and what they heard: whatever becomes of the server, this log is not its own.

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan;
const note = (entry: Note) => appendFileSync(plan.log, `${JSON.stringify(entry)}\n`);

const enough = new AbortController();
createInterface({ input: process.stdin }).once('line', () => enough.abort());
const talks = await Promise.all(plan.senders.map(talk));
// Only now has everybody said their last.
await Promise.all(talks.map((catchUp) => catchUp()));
process.exit(0);

/** Sends one message after the other, each as often as it takes. Returns how to catch up afterwards. */
async function talk({ name, token, conversationId }: Plan['senders'][number]) {
  const socket = io(plan.url, {
    auth: { token },
    forceNew: true,
    transports: ['websocket'],
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
  });
  let upTo = 0;
  const hear = ({ message }: { message: Message }) => {
    if (message.conversationId !== conversationId) return;
    const { seq, id, text, clientId } = message;
    note({ what: 'received', name, conversationId, seq, id, text, clientId });
    if (seq === upTo + 1) upTo = seq;
  };
  socket.on('message:new', hear);
  for (let n = 1; !enough.signal.aborted; n++) {
    const clientId = `${name}-${n}`;
    const text = `${name} ${n}`;
    note({ what: 'sent', name, conversationId, clientId, text });
    const reply = await insist(socket, 'message:send', { conversationId, clientId, text });
    const { seq, id } = (reply as { message: Message }).message;
    note({ what: 'acked', name, conversationId, clientId, seq, id, text, at: Date.now() });
  }
  return async () => {
    // What came while it was away.
    for (let hasMore = true; hasMore;) {
      const input = { conversationId, after: upTo, limit: 200 };
      const page = (await insist(socket, 'message:list', input)) as {
        messages: Message[];
        hasMore: boolean;
      };
      for (const message of page.messages) hear({ message });
      hasMore = page.hasMore;
    }
    socket.close();
  };
}

/** Asks until there is an answer: the same question, over whatever connection there is then. */
async function insist(socket: Socket, event: string, input: object): Promise<unknown> {
  for (;;) {
    const gone = new Promise<null>((resolve) => {
      socket.once('disconnect', () => resolve(null));
    });
    if (!socket.connected) await new Promise<void>((resolve) => socket.once('connect', resolve));
    const reply = (await Promise.race([
      socket
        .timeout(6_000)
        .emitWithAck(event, input)
        .catch(() => null),
      gone,
    ])) as { ok: boolean; data: unknown } | null;
    if (reply?.ok) return reply.data;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
