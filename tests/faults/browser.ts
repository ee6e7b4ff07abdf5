import { createApi, type Call } from '#lib/client/api.ts';
import { createSocket, type Incoming } from '#lib/client/socket.ts';
import { createHistory } from '#lib/client/history.ts';
import { initialState } from '#lib/client/state.ts';
import { createSync } from '#lib/client/sync.ts';
import type { ServerEvent } from '#lib/contract/events.ts';
import type { OperationName } from '#lib/contract/operations.ts';
import { createHolder } from '../client/support.ts';
import type { Person } from '../support/people.ts';

/**
 * What a browser does without its page: the client's own socket, state and sync over a real server.
 * It counts what it asked for and what it was told.
 * @param socketUrl where its socket connects; it asks by REST where `fetch` leads
 */
export function openBrowser({ user, token }: Person, socketUrl: string) {
  const holder = createHolder(initialState(user));
  const { get, dispatch, subscribe } = holder;
  const asked: OperationName[] = [];
  const told: ServerEvent[] = [];
  const signedOut = () => {
    throw new Error('it was signed out');
  };
  const api = createApi(signedOut);
  const call: Call = (name, input) => {
    asked.push(name);
    return api(name, input);
  };
  const receive = (event: Incoming): void => {
    told.push(event.type);
    if (event.type === 'typing' || event.type === 'session:ended') return;
    if (event.type === 'presence') return;
    dispatch(event);
    sync.after(event);
    if (event.type !== 'ready') return;
    sync.resume();
    sync.resync();
  };
  const socket = createSocket({
    url: socketUrl,
    fetchToken: async () => token,
    onEvent: receive,
    onStatus: (status) =>
      dispatch({ type: 'connection', connection: { status, since: 0, reconnecting: false } }),
    onSignedOut: signedOut,
    isToldVisible: () => true,
  });
  const { command } = socket;
  const sync = createSync({ get, dispatch, call, command });
  const { check, loadMembers } = sync;
  const restore = async () => undefined;
  const parts = { get, dispatch, subscribe, call, check, loadMembers, restore };
  const history = createHistory(parts);
  socket.open();
  return {
    get,
    open: history.open,
    asked: (name: OperationName) => asked.filter((one) => one === name).length,
    told: (event: ServerEvent) => told.filter((one) => one === event).length,
    close() {
      sync.stop();
      socket.close();
    },
  };
}
