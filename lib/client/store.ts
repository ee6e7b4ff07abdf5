import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ServerEventData, SessionEndReason } from '#lib/contract/events.ts';
import type { Account, Conversation, Message } from '#lib/contract/records.ts';
import { createActions } from './actions.ts';
import { createApi, type Call } from './api.ts';
import type { ChatEvent } from './chat-events.ts';
import { createCopy } from './copy.ts';
import { forgetDrafts, onDraftElsewhere, readDrafts, writeDraft } from './drafts.ts';
import { forgetEpoch, readEpoch, writeEpoch } from './epoch.ts';
import { createHistory } from './history.ts';
import { createLateDevice } from './late-device.ts';
import { createOutbox } from './outbox.ts';
import { createPresenceWatch } from './presence.ts';
import { reduce } from './reduce.ts';
import { isBehind } from './rows.ts';
import { leaveForSignIn, endNextAuthSession } from './sign-out.ts';
import { createSocket, type Incoming } from './socket.ts';
import { initialState, type FirstPage } from './state.ts';
import { createSync } from './sync.ts';
import { createTabs, type TabNews } from './tabs.ts';
import { createTyping } from './typing.ts';
import type { ChatActions, ChatState, Connection } from './types.ts';
import { createVisibility } from './visibility.ts';
import { within } from './within.ts';
import { watchWaking } from './waking.ts';

export interface Chat {
  store: StoreApi<ChatState>;
  actions: ChatActions;
  call: Call;
  watchPresence(userIds: readonly string[]): () => void;
  /** Calls the listener with what comes in while the page is open; returns how to stop. */
  onMessage(listener: (message: Message) => void): () => void;
  start(): void;
  hasStarted(): boolean;
  stop(): void;
}

interface ChatOptions {
  account: Account;
  conversations?: Conversation[] | undefined;
  first?: FirstPage | null | undefined;
  socketUrl?: string | null | undefined;
}

const longAwayMs = 60_000;
const forgetWithinMs = 1000;
const showWithinMs = 5000;

/** A session that ran out is not a wish to forget what one was writing. */
const isWish = (
  reason: SessionEndReason | undefined,
): reason is Exclude<SessionEndReason, 'expired'> => reason !== undefined && reason !== 'expired';

/** When the conversation that is open, if there is one, has its messages, or cannot have them. */
function firstLogShown(store: StoreApi<ChatState>): Promise<void> {
  const isShown = ({ openId, logs }: ChatState) =>
    openId === null || (logs[openId] !== undefined && logs[openId].loading !== 'first');
  return new Promise((resolve) => {
    if (isShown(store.getState())) return drawn(resolve);
    const stop = store.subscribe((state) => {
      if (!isShown(state)) return;
      stop();
      drawn(resolve);
    });
  });
}

/** After the next frame: a long list measures itself in one and is drawn in the other. */
function drawn(done: () => void): void {
  // Out of sight there are no frames.
  if (document.visibilityState === 'hidden') return done();
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
}

/** Puts the parts together. Nothing is opened and no browser global is touched before `start`. */
export function createChat({ account, conversations, first, socketUrl }: ChatOptions): Chat {
  const store = createStore<ChatState>()(() => initialState(account, conversations, first));
  const get = store.getState;
  const dispatch = (event: ChatEvent) => store.setState((state) => reduce(state, event), true);

  const call = createApi(() => signedOut());
  const socket = createSocket({
    url: socketUrl,
    fetchToken: async () => (await call('createSocketToken', {})).token,
    onStatus: setStatus,
    onEvent: receive,
    onSignedOut: (reason) => signedOut(reason),
    isToldVisible: () => visibility.isToldVisible(),
  });
  const { command } = socket;
  const { subscribe } = store;
  let firstShown: Promise<unknown> | null = null;
  /** Asked once: what is kept as the page is left cannot wait for another frame. */
  const shown = () =>
    (firstShown ??= within(showWithinMs, firstLogShown(store)).catch(() => undefined));
  const device = createLateDevice(account.id, shown);
  const tabs = createTabs(account.id);
  const listeners = new Set<(message: Message) => void>();
  const parts = { get, dispatch, subscribe, call, command, device, tabs };

  const sync = createSync({ ...parts, onCompared: () => isKept && settleKept() });
  const copy = createCopy({ ...parts, resync: sync.resync });
  const { check, loadMembers } = sync;
  const history = createHistory({ ...parts, check, loadMembers, restore: copy.restore });
  const outbox = createOutbox(parts);
  const typing = createTyping(parts);
  const presence = createPresenceWatch(parts);
  const visibility = createVisibility({
    tell: (visible) => void command('setVisible', { visible }).catch(() => undefined),
    onHide() {
      typing.end();
      copy.saveNow();
      outbox.yieldTurn();
    },
    onLeave: history.leave,
    onReturn(hiddenMs) {
      history.comeBack();
      if (get().connection.status !== 'online') socket.reconnectNow();
      else if (hiddenMs > longAwayMs) sync.resync();
    },
  });

  /** The page was kept by the service worker: what is not in this browser's copy either is new to who sees it. */
  let isKept = false;
  function settleKept(): void {
    isKept = false;
    const settle = () => {
      const { openId } = get();
      if (openId !== null && isBehind(get(), openId)) return;
      stopSettling();
      history.comeBack();
    };
    const stopSettling = subscribe(settle);
    settle();
  }

  function setStatus(status: Connection['status']): void {
    const before = get().connection;
    if (before.status === status) return;
    const wasUp = before.status === 'online';
    const isChange = wasUp !== (status === 'online');
    const reconnecting = status !== 'online' && (wasUp || before.reconnecting);
    const since = isChange ? Date.now() : before.since;
    dispatch({ type: 'connection', connection: { status, since, reconnecting } });
    if (!wasUp) return;
    typing.forget();
    outbox.pause();
  }

  function receive(event: Incoming): void {
    if (event.type === 'session:ended') return;
    if (event.type === 'typing') return typing.receive(event.data);
    if (event.type === 'ready' && !meets(event.data)) return;
    if (event.type === 'presence') return dispatch({ type: 'presence', presences: [event.data] });
    dispatch(event);
    sync.after(event);
    if (event.type === 'message:new')
      for (const listener of listeners) listener(event.data.message);
    if (event.type === 'ready') resume();
  }

  let epoch: string | null = null;
  /** Otherwise everything is read anew, as a new page; what is unsent and the drafts stay. */
  function meets({ user, epoch: told }: ServerEventData<'ready'>): boolean {
    // A kept page, when somebody else has signed in since and nobody told it.
    if (user.id !== account.id) {
      stop();
      window.location.reload();
      return false;
    }
    const before = epoch;
    if (before === null || before === told) {
      if (before === null) writeEpoch(account.id, told);
      epoch = told;
      return true;
    }
    stop();
    void device.forget('copy').then(() => {
      writeEpoch(account.id, told);
      window.location.reload();
    });
    return false;
  }

  function resume(): void {
    visibility.resume();
    outbox.resume();
    sync.resume();
    presence.resume();
    sync.resync();
  }

  function keepDraft(id: string, text: string): void {
    dispatch({ type: 'draft', conversationId: id, text });
    writeKeptDraft(id);
  }

  /** Somebody may go on typing while the page is about to leave. */
  function writeKeptDraft(id: string): void {
    if (!hasForgotten) writeDraft(account.id, id, get().drafts[id] ?? '');
  }

  /** What is written leaves its draft only when the outbox has it, so that no crash takes both. */
  async function send(id: string, text: string): Promise<void> {
    dispatch({ type: 'draft', conversationId: id, text: '' });
    await outbox.send(id, text);
    // What has been written since is kept already, maybe by another tab.
    if (!get().drafts[id]) writeKeptDraft(id);
  }

  function hear(news: TabNews): void {
    if (news.type === 'ended') leave(news.reason);
    else outbox.hear(news);
  }

  let isSigningOut = false;
  let isSignedOut = false;
  let hasForgotten = false;
  function signedOut(told?: SessionEndReason): void {
    if (isSignedOut) return;
    const reason = isSigningOut ? 'signed_out' : told;
    if (isWish(reason)) tabs.tell({ type: 'ended', reason });
    leave(reason);
  }

  function leave(reason?: SessionEndReason): void {
    if (isSignedOut) return;
    isSignedOut = true;
    hasForgotten = isWish(reason);
    stop();
    if (hasForgotten) {
      forgetDrafts(account.id);
      forgetEpoch(account.id);
    }
    // The browser asks its push service, which may be out of reach.
    const silence = within(
      forgetWithinMs,
      loadPush().then((push) => push.forget()),
    ).catch(() => undefined);
    const forgetting = device.forget(hasForgotten ? 'everything' : 'copy');
    void Promise.all([silence, forgetting]).finally(leaveForSignIn);
  }

  /** Leaves for good, once this has ended the session. */
  async function leaveBy(end: () => Promise<unknown>): Promise<void> {
    isSigningOut = true;
    try {
      await end();
    } catch (error) {
      isSigningOut = false;
      throw error;
    }
    await endNextAuthSession();
    signedOut();
  }

  const signOut = (): Promise<void> =>
    leaveBy(() => call('endSession', { sessionId: 'current' })).catch((error: unknown) => {
      // It was over before: then there is nothing to end, and all the same everything to forget.
      if (!isSignedOut) throw error;
    });

  function warnOfLoss(event: BeforeUnloadEvent): void {
    if (!isSignedOut && outbox.hasUnkept()) event.preventDefault();
  }

  /** The device knows at once; the socket may take most of a minute to notice. */
  function lookForNetwork(): void {
    dispatch({ type: 'network', hasNetwork: navigator.onLine });
  }

  /** The page starts anew, because it has what it shows from there. */
  async function clearKept(): Promise<void> {
    stop();
    await device.forget('copy');
    window.location.reload();
  }

  let hasStarted = false;
  let starting: ReturnType<typeof setTimeout> | undefined;
  /** In a task of its own: the page has just begun to live, which took long enough. */
  function start(): void {
    hasStarted = true;
    // What was typed before the page lived is put behind them now.
    dispatch({ type: 'drafts', drafts: readDrafts(account.id) });
    stopHearing = onDraftElsewhere(account.id, (conversationId, text) =>
      dispatch({ type: 'draft', conversationId, text }),
    );
    starting = setTimeout(startNow);
  }

  function startNow(): void {
    // Before another tab can say which one it has met: it goes with the copy that is read now.
    epoch ??= readEpoch(account.id);
    tabs.start(hear);
    isKept = 'kept' in document.documentElement.dataset;
    void showKept();
    visibility.start();
    stopWatching = watchWaking(() => void socket.check(), lookForNetwork);
    lookForNetwork();
    window.addEventListener('pagehide', copy.saveNow);
    window.addEventListener('beforeunload', warnOfLoss);
    void connectOnceShown();
  }

  let stopWatching = () => {};
  let stopHearing = () => {};
  let connecting: object | null = null;
  /** The messages that the page was opened for come first; what keeps them up to date follows. */
  async function connectOnceShown(): Promise<void> {
    const mine = (connecting = {});
    await shown();
    if (connecting !== mine) return;
    socket.open();
    await renewPush().catch(() => undefined);
  }

  const loadPush = async () => (await import('./push.ts')).createPush(account.id, call);
  const renewPush = async () => (await loadPush()).renew();

  async function forgetOthers(): Promise<void> {
    await shown();
    const { forgetOtherAccounts } = await import('./device-database.ts');
    await forgetOtherAccounts(account.id);
  }

  async function showKept(): Promise<void> {
    await Promise.all([copy.start(isKept), outbox.start()]);
    if (isKept) history.leave();
    void forgetOthers().catch(() => undefined);
    // The page ended between the two: it is in the outbox, so it is no draft any more.
    for (const [id, draft] of Object.entries(get().drafts))
      if (get().outbox[id]?.at(-1)?.text === draft.trim()) keepDraft(id, '');
  }

  function stop(): void {
    clearTimeout(starting);
    stopWatching();
    stopHearing();
    window.removeEventListener('pagehide', copy.saveNow);
    window.removeEventListener('beforeunload', warnOfLoss);
    for (const part of [visibility, typing, presence, outbox, sync, copy, tabs]) part.stop();
    connecting = null;
    socket.close();
    device.close();
  }

  const { reconnectNow } = socket;
  const actions = createActions({
    ...parts,
    sync,
    history,
    outbox,
    typing,
    keepDraft,
    send,
    signOut,
    deleteAccount: (proof) => leaveBy(() => call('deleteAccount', proof)),
    readKept: device.countKept,
    clearKept,
    reconnectNow,
  });
  const onMessage = (listener: (message: Message) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    store,
    actions,
    call,
    watchPresence: presence.watch,
    onMessage,
    start,
    hasStarted: () => hasStarted,
    stop,
  };
}
