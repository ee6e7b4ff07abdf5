import type { Server, Socket } from 'socket.io';
import type { Store } from './journal.ts';
import { conversationOf, newId, type Message, type Receipt, type User } from './people.ts';

/** Ways to be wrong, for the harness to notice. */
export type Fault = 'drop' | 'double' | 'swap';

export type Answer = (data: object) => void;
export type Command = (
  user: User,
  socket: Socket,
  payload: Record<string, unknown>,
  answer: Answer,
) => void;

const receiptsEveryMs = 100;
const faultEvery = 20;
const pageLength = 50;

/** What clients may say, by the names of the contract. */
export function createCommands(io: Server, store: Store, fault?: Fault): Record<string, Command> {
  const moved = new Map<string, Set<Receipt>>();
  const watched = new Map<Socket, string[]>();
  let held: (() => void) | undefined;

  const tell = (socket: Socket, message: Message): void => {
    const emit = (): void =>
      void socket.to(message.conversationId).emit('message:new', { message });
    const isWrong = message.seq % faultEvery === 0;
    if (isWrong && fault === 'drop') return;
    if (isWrong && fault === 'swap') return void (held = emit);
    emit();
    if (isWrong && fault === 'double') emit();
    held?.();
    held = undefined;
  };

  const tellReceipts = (): void => {
    for (const [conversationId, receipts] of moved) {
      io.to(conversationId).emit('receipts', { conversationId, receipts: [...receipts] });
    }
    moved.clear();
  };

  const mark =
    (isRead: boolean): Command =>
    (user, _socket, { conversationId, seq }, answer) => {
      const { id, receipts } = conversationOf(user, String(conversationId));
      const receipt = receipts.get(user.id) ?? { userId: user.id, deliveredSeq: 0, readSeq: 0 };
      receipt.deliveredSeq = Math.max(receipt.deliveredSeq, Number(seq));
      if (isRead) receipt.readSeq = Math.max(receipt.readSeq, Number(seq));
      receipts.set(user.id, receipt);
      if (moved.size === 0) setTimeout(tellReceipts, receiptsEveryMs);
      moved.set(id, (moved.get(id) ?? new Set()).add(receipt));
      answer({});
    };

  return {
    'message:send': (user, socket, { conversationId, clientId, text }, answer) => {
      const { id, messages, sent } = conversationOf(user, String(conversationId));
      const key = `${user.id} ${String(clientId)}`;
      const known = sent.get(key);
      if (known) return void known.then((message) => answer({ message }));
      const message: Message = {
        id: newId(),
        conversationId: id,
        seq: messages.length + 1,
        rev: messages.length + 1,
        clientId: String(clientId),
        senderId: user.id,
        kind: 'text',
        text: String(text),
        createdAt: new Date().toISOString(),
        editedAt: null,
        deletedAt: null,
        hidden: false,
        system: null,
      };
      messages.push(message);
      const isStored = new Promise<Message>((resolve) => {
        store(JSON.stringify(message), () => {
          answer({ message });
          tell(socket, message);
          resolve(message);
        });
      });
      sent.set(key, isStored);
    },
    'message:list': (user, _socket, { conversationId, before }, answer) => {
      const { messages } = conversationOf(user, String(conversationId));
      const end = Math.max(0, Number(before) - 1);
      const start = Math.max(0, end - pageLength);
      answer({ messages: messages.slice(start, end), hasMore: start > 0 });
    },
    'receipt:delivered': mark(false),
    'receipt:read': mark(true),
    typing: (user, socket, { conversationId, typing }, answer) => {
      const { id } = conversationOf(user, String(conversationId));
      socket.to(id).emit('typing', { conversationId: id, userId: user.id, typing });
      answer({});
    },
    'presence:watch': (_user, socket, { userIds }, answer) => {
      for (const id of watched.get(socket) ?? []) void socket.leave(`presence:${id}`);
      const ids = userIds as string[];
      watched.set(socket, ids);
      void socket.join(ids.map((id) => `presence:${id}`));
      socket.once('disconnect', () => watched.delete(socket));
      answer({ presences: [] });
    },
  };
}
