import { randomBytes, randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { ErrorCode } from '#lib/contract/errors.ts';
import type { ServerEvent, ServerEventData } from '#lib/contract/events.ts';
import type { Account, Conversation, Message } from '#lib/contract/records.ts';
import { requireNoLeak } from './leaks.ts';

export interface RestAnswer {
  status: number;
  headers: Headers;
  // Tests look into answers of every shape; what is not there fails their expectations.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export const password = 'correct horse battery';

/** How long a test waits for what has to come: what takes the server seconds takes a busy machine more. */
export const patienceMs = 30_000;

/** One REST request as it is, without a session unless a token is given. */
export async function request(
  url: string,
  method: string,
  path: string,
  {
    token,
    body,
    headers,
  }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<RestAnswer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(body !== undefined && {
        'content-type': body instanceof Blob ? body.type : 'application/json',
      }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && {
      body: typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  // The document of the API speaks of all its fields.
  if (path !== '/openapi.json') requireNoLeak(`${method} ${path}`, answer);
  return { status: response.status, headers: response.headers, body: answer };
}

/** The body of an answer that has to be a success. */
export function bodyOf({ status, body }: RestAnswer): RestAnswer['body'] {
  if (status >= 300) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Somebody with an account and a token, who can use both wires. */
export class Person {
  readonly sockets: Device[] = [];

  constructor(
    readonly url: string,
    readonly user: Account,
    readonly token: string,
  ) {}

  get id(): string {
    return this.user.id;
  }

  rest(method: string, path: string, body?: unknown): Promise<RestAnswer> {
    return request(this.url, method, path, { token: this.token, body });
  }

  /** As `rest`, for what has to succeed. */
  async done(method: string, path: string, body?: unknown): Promise<RestAnswer['body']> {
    return bodyOf(await this.rest(method, path, body));
  }

  /** Another device of this person, once it is ready. */
  async connect(url = this.url): Promise<Device> {
    const device = new Device(url, { token: this.token });
    this.sockets.push(device);
    await device.heard('ready');
    return device;
  }

  async direct(other: Person): Promise<Conversation> {
    return (await this.done('POST', '/conversations', { kind: 'direct', userId: other.id }))
      .conversation;
  }

  async group(title: string, others: Person[]): Promise<Conversation> {
    const memberIds = others.map(({ id }) => id);
    return (await this.done('POST', '/conversations', { kind: 'group', title, memberIds }))
      .conversation;
  }

  async say(
    { id }: { id: string },
    text: string,
    clientId: string = randomUUID(),
  ): Promise<Message> {
    return (await this.done('POST', `/conversations/${id}/messages`, { clientId, text })).message;
  }

  async view({ id }: { id: string }): Promise<Conversation> {
    return (await this.done('GET', `/conversations/${id}`)).conversation;
  }

  async history({ id }: { id: string }, query = ''): Promise<Message[]> {
    return (await this.done('GET', `/conversations/${id}/messages?${query}`)).messages;
  }

  leave(): void {
    for (const device of this.sockets) device.close();
  }
}

/** Registers somebody new under a name of their own. */
export async function person(url: string, name = 'ana'): Promise<Person> {
  const username = `${name}_${randomBytes(4).toString('hex')}`;
  const displayName = name.charAt(0).toUpperCase() + name.slice(1);
  bodyOf(
    await request(url, 'POST', '/auth/register', { body: { username, password, displayName } }),
  );
  const body = bodyOf(await request(url, 'POST', '/auth/token', { body: { username, password } }));
  return new Person(url, body.user as Account, body.token as string);
}

export const people = (url: string, ...names: string[]): Promise<Person[]> =>
  Promise.all(names.map((name) => person(url, name)));

type Reply = { ok: boolean; data?: never; error?: { code: ErrorCode; message: string } };

/** One connected socket that remembers all it hears. */
export class Device {
  readonly socket: Socket;
  readonly events: { event: string; data: unknown }[] = [];
  private waiting: (() => void)[] = [];

  constructor(
    url: string,
    auth: object = {},
    extraHeaders: Record<string, string> = {},
    transports = ['websocket'],
  ) {
    this.socket = io(url, {
      auth,
      extraHeaders,
      forceNew: true,
      reconnection: false,
      transports,
    });
    this.socket.onAny((event: string, data: unknown) => this.note(event, data));
    this.socket.on('disconnect', (reason) => this.note('disconnect', reason));
    this.socket.on('connect_error', (error) => this.note('connect_error', error));
  }

  /** Emits a command and resolves with its ack as it is. */
  // oxlint-disable-next-line typescript/no-explicit-any
  async ask(event: string, input: unknown): Promise<any> {
    const reply = (await this.socket.timeout(patienceMs).emitWithAck(event, input)) as Reply;
    requireNoLeak(event, reply.data ?? reply.error);
    return reply;
  }

  all<E extends ServerEvent>(event: E): ServerEventData<E>[] {
    return this.events
      .filter((heard) => heard.event === event)
      .map(({ data }) => data as ServerEventData<E>);
  }

  /** Resolves with the first such event, heard already or still to come; fails after half a minute. */
  async heard<E extends ServerEvent>(
    event: E,
    matches: (data: ServerEventData<E>) => boolean = () => true,
  ): Promise<ServerEventData<E>> {
    return (await this.hear(event, (data) =>
      matches(data as ServerEventData<E>),
    )) as ServerEventData<E>;
  }

  /** Resolves with the first such event, heard already or still to come; fails after so long (ms). */
  async hear(
    event: string,
    matches: (data: unknown) => boolean = () => true,
    withinMs = patienceMs,
  ): Promise<unknown> {
    const deadline = AbortSignal.timeout(withinMs);
    for (;;) {
      const found = this.events.find((heard) => heard.event === event && matches(heard.data));
      if (found) return found.data;
      await new Promise<void>((resolve, reject) => {
        this.waiting.push(resolve);
        deadline.addEventListener('abort', () => reject(new Error(`did not hear ${event}`)), {
          once: true,
        });
      });
    }
  }

  close(): void {
    this.socket.close();
  }

  private note(event: string, data: unknown): void {
    if (!(data instanceof Error)) requireNoLeak(event, data);
    this.events.push({ event, data });
    for (const wake of this.waiting.splice(0)) wake();
  }
}
