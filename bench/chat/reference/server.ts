import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Server, type Socket } from 'socket.io';
import { createCommands, type Fault } from './commands.ts';
import { openJournal, storeNowhere } from './journal.ts';
import {
  conversationsOf,
  createConversation,
  newId,
  Refused,
  tokens,
  users,
  type User,
} from './people.ts';

// The smallest server of this stack for the messages of the contract: what Gatherly takes beyond it is
// the price of what it does more. No hashing, schemas, limits or indexes.
//   node --import tsx server.ts [--journal FILE] [--fault drop|double|swap]
const { values: options } = parseArgs({
  options: { journal: { type: 'string' }, fault: { type: 'string' } },
});

type Body = Record<string, string> & { memberIds?: string[] };

const routes: Record<string, (user: User | undefined, body: Body) => object> = {
  '/api/v1/auth/register': (_user, { username = '', password = '' }) => {
    if (users.has(username)) throw new Refused('username_taken');
    const user = { id: newId(), username, password };
    users.set(username, user);
    return { user: { id: user.id, username } };
  },
  '/api/v1/auth/token': (_user, { username = '', password }) => {
    const user = users.get(username);
    if (!user || user.password !== password) throw new Refused('invalid_credentials');
    const token = newId() + newId();
    tokens.set(token, user);
    return { token, user: { id: user.id, username } };
  },
  '/api/v1/conversations': (user, { userId, memberIds = [userId ?? ''] }) => {
    if (!user) throw new Refused('unauthenticated');
    const { id, members } = createConversation([user.id, ...memberIds]);
    for (const member of members) io.in(`user:${member}`).socketsJoin(id);
    return { conversation: { id } };
  },
};

async function answerTo({ url = '', headers, ...request }: IncomingMessage, body: string) {
  const route = request.method === 'POST' ? routes[url] : undefined;
  if (!route) return { status: 404, answer: {} };
  try {
    const user = tokens.get(headers.authorization?.replace('Bearer ', '') ?? '');
    return { status: 200, answer: route(user, JSON.parse(body) as Body) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: 400, answer: { code: error.message } };
  }
}

const httpServer = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    void answerTo(request, body).then(({ status, answer }) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer)),
    );
  });
});

const io = new Server(httpServer, { serveClient: false });
io.use((socket, next) => {
  const { token } = socket.handshake.auth as { token?: string };
  const user = tokens.get(token ?? '');
  (socket.data as { user?: User }).user = user;
  next(user ? undefined : new Error('unauthenticated'));
});

const store = options.journal === undefined ? storeNowhere : openJournal(options.journal);
const commands = createCommands(io, store, options.fault as Fault | undefined);

io.on('connection', (socket: Socket) => {
  const { user } = socket.data as { user: User };
  void socket.join([`user:${user.id}`, ...(conversationsOf.get(user.id) ?? [])]);
  for (const [event, command] of Object.entries(commands)) {
    socket.on(event, (payload: Record<string, unknown>, ack?: (reply: object) => void) => {
      try {
        command(user, socket, payload, (data) => ack?.({ ok: true, data }));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        ack?.({ ok: false, error: { code: error.message, message: error.message } });
      }
    });
  }
  const presence = (online: boolean): void =>
    void io
      .to(`presence:${user.id}`)
      .emit('presence', { userId: user.id, online, lastSeenAt: null });
  presence(true);
  socket.once('disconnect', () => presence(false));
  socket.emit('ready', {
    user: { id: user.id, username: user.username },
    sessionId: socket.id,
    serverTime: new Date().toISOString(),
    epoch: '',
  });
});

httpServer.listen(0, '127.0.0.1', () => {
  const { port } = httpServer.address() as AddressInfo;
  process.stdout.write(`The reference is at http://localhost:${port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
