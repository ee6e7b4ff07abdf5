import type { io as connectTo, Socket } from 'socket.io-client';
import { commandEvents, serverEventNames, type CommandName } from '#lib/contract/event-names.ts';
import type {
  Reply,
  ServerEvent,
  ServerEventData,
  SessionEndReason,
} from '#lib/contract/events.ts';
import type { Input, Output } from '#lib/contract/operations.ts';
import { RequestError } from './errors.ts';
import type { Connection } from './types.ts';

export type Command = <N extends CommandName>(name: N, input: Input<N>) => Promise<Output<N>>;

export type Incoming = {
  [E in ServerEvent]: { type: E; data: ServerEventData<E> };
}[ServerEvent];

interface SocketOptions {
  /** Another host than the page's own: opened with a token instead of the cookie. */
  url?: string | null | undefined;
  fetchToken(): Promise<string>;
  onEvent(event: Incoming): void;
  onStatus(status: Connection['status']): void;
  onSignedOut(reason?: SessionEndReason): void;
  /** What the server was last told of this page. */
  isToldVisible(): boolean;
}

export interface SocketLink {
  command: Command;
  open(): void;
  close(): void;
  reconnectNow(): void;
  /** Asks whether the connection is still there; if nothing comes back soon, makes another one. */
  check(): Promise<void>;
}

const ackTimeoutMs = 10_000;
/** A line that is there answers sooner, a slow one too. */
const checkTimeoutMs = 5_000;
const retryDelay = { firstMs: 1000, mostMs: 30_000 };

// A page shows what it was opened for before it has this.
const loadClient = async () => (await import('socket.io-client')).io;

/** The one connection. Nothing is sent before `ready`, and nothing is buffered: the outbox does that. */
export function createSocket(options: SocketOptions): SocketLink {
  let socket: Socket | null = null;
  let isWanted = false;
  let isLoading = false;
  let isReady = false;
  let attempts = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const setStatus = (status: Connection['status']) => {
    isReady = status === 'online';
    options.onStatus(status);
  };

  // Socket.io tries again by itself only when the transport failed, not when the server refused or
  // closed the connection, as it does when it restarts.
  const retryLater = (notBeforeMs = 0) => {
    clearTimeout(retry);
    const most = Math.min(retryDelay.firstMs * 2 ** attempts++, retryDelay.mostMs);
    const waitMs = notBeforeMs + most * (0.5 + Math.random() / 2);
    retry = setTimeout(() => (socket ? socket.connect() : load()), waitMs);
  };

  const authenticate = (send: (auth: object) => void) => {
    const opening = socket;
    options.fetchToken().then(
      (token) => {
        if (socket === opening) send({ token });
      },
      () => {
        if (!opening || socket !== opening) return;
        opening.disconnect();
        setStatus('offline');
        retryLater();
      },
    );
  };

  const load = () => {
    if (isLoading) return;
    isLoading = true;
    loadClient()
      .finally(() => (isLoading = false))
      .then(
        (io) => isWanted && !socket && connect(io),
        () => {
          if (!isWanted) return;
          setStatus('offline');
          retryLater();
        },
      );
  };

  const connect = (io: typeof connectTo) => {
    const settings = {
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      autoConnect: false,
      forceNew: true,
      reconnectionDelayMax: 10_000,
      ...(options.url ? { auth: authenticate } : {}),
    };
    const opened = options.url ? io(options.url, settings) : io(settings);
    socket = opened;
    for (const type of serverEventNames)
      opened.on(type, (data: unknown) => receive(opened, { type, data } as Incoming));
    opened.on('disconnect', (reason) => {
      if (socket !== opened) return;
      setStatus('connecting');
      if (reason === 'io server disconnect') retryLater();
    });
    opened.on('connect_error', (error) => {
      if (socket !== opened) return;
      const { data } = error as Error & { data?: { code?: string; retryAfterMs?: number } };
      // A token that the page's server gives out and this host refuses says nothing of the session.
      if (data?.code === 'unauthenticated' && !options.url) return options.onSignedOut();
      setStatus('offline');
      if (!opened.active) retryLater(data?.retryAfterMs);
    });
    opened.connect();
  };

  const open = () => {
    if (isWanted) return;
    isWanted = true;
    setStatus('connecting');
    load();
  };

  const receive = (from: Socket, event: Incoming) => {
    if (socket !== from) return;
    if (event.type === 'session:ended') return options.onSignedOut(event.data.reason);
    if (event.type === 'ready') {
      attempts = 0;
      setStatus('online');
    }
    options.onEvent(event);
  };

  const connectAgain = () => {
    clearTimeout(retry);
    attempts = 0;
    setStatus('connecting');
    if (!socket) return load();
    // Also ends Socket.io's own wait for the next attempt.
    socket.disconnect().connect();
  };

  const reconnectNow = () => {
    if (isWanted && !isReady) connectAgain();
  };

  let checked: string | null = null;
  const check = async () => {
    const id = socket?.id;
    if (!socket || !isReady || id === undefined) return reconnectNow();
    if (checked === id) return;
    checked = id;
    try {
      const input = { visible: options.isToldVisible() };
      await socket.timeout(checkTimeoutMs).emitWithAck(commandEvents.setVisible, input);
    } catch {
      // By the clock, unless it has gone by itself meanwhile.
      if (socket?.id === id) connectAgain();
      else reconnectNow();
    } finally {
      checked = null;
    }
  };

  return {
    open,
    close() {
      clearTimeout(retry);
      const closing = socket;
      socket = null;
      isWanted = false;
      isReady = false;
      closing?.disconnect();
    },
    reconnectNow,
    check,
    async command(name, input) {
      if (!socket || !isReady) throw new RequestError('offline');
      return answerOf(await emit(socket, commandEvents[name], input));
    },
  };
}

async function emit<T>(socket: Socket, event: string, input: unknown): Promise<Reply<T>> {
  try {
    return (await socket.timeout(ackTimeoutMs).emitWithAck(event, input)) as Reply<T>;
  } catch {
    // Rejected by the clock, or because the connection has gone.
    throw new RequestError(socket.connected ? 'timeout' : 'offline');
  }
}

function answerOf<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.data;
  const { code, issues, retryAfterMs } = reply.error;
  throw new RequestError(code, {
    ...(issues && { issues }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
