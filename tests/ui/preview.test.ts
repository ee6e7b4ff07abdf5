import { describe, expect, it } from 'vitest';
import { reduce } from '#lib/client/reduce.ts';
import type { ChatState, PendingMessage } from '#lib/client/types.ts';
import { after, ana, ben, createServerSide, fresh, loaded } from '../client/support.ts';
import { previewOf } from '../../app/(chat)/shell/preview.ts';
import { english } from './english.ts';

const online: ChatState['connection'] = { status: 'online', since: 0, reconnecting: false };

/** What Ana's list says of the chat. */
function previewIn(state: ChatState, isOpen = false) {
  const [row] = Object.values(state.conversations);
  return previewOf(english, { ...state, connection: online }, row!, isOpen);
}

const entry = (id: string, given: Partial<PendingMessage> = {}): PendingMessage => ({
  clientId: 'mine',
  conversationId: id,
  text: 'On my way',
  createdAt: '2026-02-01T00:00:00.000Z',
  status: 'pending',
  error: null,
  ...given,
});

describe('the second line of a row', () => {
  it("is the last message, with its tick when it is one's own", () => {
    const server = createServerSide();
    const first = server.post(ben, 'Hello');
    expect(previewIn(loaded(server))).toMatchObject({ kind: 'text', who: '', text: 'Hello' });
    expect(first).toBeDefined();
    server.post(ana, 'Hi');
    server.mark(ben, { readSeq: 2 });
    expect(previewIn(loaded(server))).toMatchObject({ who: '', text: 'Hi', tick: 'read' });
  });

  it('says in a group who wrote it', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ben, 'Hello');
    const names = { [ben.id]: 'Ben Okafor' };
    expect(previewIn(fresh(server.row({ names })))).toMatchObject({ who: 'Ben', text: 'Hello' });
    server.post(ana, 'Hi');
    expect(previewIn(fresh(server.row({ names })))).toMatchObject({ who: 'You', tick: 'sent' });
  });

  it('is one line of plain text, without the marks', () => {
    const server = createServerSide();
    server.post(ben, '*big* and _*bigger*_\n\n~no~ `code` ```a\n*b*``` snake_case 2*3*4');
    expect(previewIn(loaded(server)).text).toBe('big and bigger no code a *b* snake_case 2*3*4');
    server.post(ben, 'x'.repeat(65_000));
    expect(previewIn(loaded(server)).text).toHaveLength(200);
  });

  it('says that a message was deleted, and whose it was', () => {
    const server = createServerSide();
    server.post(ben);
    server.remove(1);
    expect(previewIn(loaded(server))).toMatchObject({
      kind: 'deleted',
      text: 'This message was deleted',
    });
    server.post(ana);
    server.remove(2);
    expect(previewIn(loaded(server))).toMatchObject({
      text: 'You deleted this message',
      tick: null,
    });
  });

  it('shows in this order: typing, not sent, draft, pending, last message', () => {
    const server = createServerSide();
    server.post(ben, 'Hello');
    const { id } = server;
    let state = loaded(server);
    state = reduce(state, { type: 'outbox:put', entry: entry(id) });
    expect(previewIn(state)).toMatchObject({ kind: 'text', text: 'On my way', tick: 'pending' });

    state = { ...state, drafts: { [id]: ' *Half* a thought ' } };
    expect(previewIn(state)).toMatchObject({ kind: 'draft', text: 'Half a thought', tick: null });
    expect(previewIn(state, true)).toMatchObject({ kind: 'text', tick: 'pending' });

    state = reduce(state, { type: 'outbox:put', entry: entry(id, { status: 'failed' }) });
    expect(previewIn(state)).toMatchObject({ kind: 'failed', tick: 'failed' });

    const data = { conversationId: id, userId: ben.id, typing: true };
    state = after(state, [{ type: 'typing', data, expiresAt: 6000 }]);
    expect(previewIn(state)).toMatchObject({ kind: 'typing', text: 'typing…' });
    const [row] = Object.values(state.conversations);
    expect(previewOf(english, state, row!, false).kind).toBe('failed');
  });

  it('invites to a chat without messages', () => {
    const server = createServerSide();
    expect(previewIn(fresh(server.row()))).toMatchObject({
      kind: 'nothing',
      text: 'Say hello to Ben',
    });
  });
});
