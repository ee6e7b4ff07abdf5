import { describe, expect, it } from 'vitest';
import { createInbox, createOutbox, isFaulty, noFaults, sumOf } from '../../bench/chat/ledger.ts';

const stream = { id: 7, conversation: 'river', sender: 0, receivers: [1] };

/** An outbox of which so many have been sent and confirmed, and an inbox of what is to arrive. */
function sentAndConfirmed(count: number) {
  const outbox = createOutbox(stream);
  for (let n = 0; n < count; n++) outbox.confirm(outbox.take());
  return { outbox, inbox: createInbox([stream]) };
}

describe('the ledger', () => {
  it('finds nothing wrong with what arrives once and in order', () => {
    const { outbox, inbox } = sentAndConfirmed(5);
    for (let n = 0; n < 5; n++) expect(inbox.receive(7, n, n + 1)).toBe('new');
    expect([inbox.missing(outbox.sent()), inbox.doubled(), inbox.reordered()]).toEqual([0, 0, 0]);
  });

  it('notices what is lost, in the middle and at the end', () => {
    const { outbox, inbox } = sentAndConfirmed(5);
    for (const n of [0, 2, 3]) inbox.receive(7, n, n + 1);
    expect(inbox.missing(outbox.sent())).toBe(2);
  });

  it('notices what comes twice, at once or later', () => {
    const { inbox } = sentAndConfirmed(4);
    for (const n of [0, 0, 2, 2, 1, 1, 0]) inbox.receive(7, n, n + 1);
    expect(inbox.doubled()).toBe(4);
  });

  it('notices what comes before an earlier one', () => {
    const { outbox, inbox } = sentAndConfirmed(3);
    for (const n of [1, 0, 2]) inbox.receive(7, n, n + 1);
    expect(inbox.reordered()).toBe(1);
    expect(inbox.missing(outbox.sent())).toBe(0);
  });

  it('notices two senders of a conversation in the wrong order', () => {
    const other = { ...stream, id: 8, sender: 2 };
    const inbox = createInbox([stream, other]);
    inbox.receive(8, 0, 2);
    inbox.receive(7, 0, 1);
    expect(inbox.reordered()).toBe(1);
  });

  it('lets conversations come in any order', () => {
    const inbox = createInbox([stream, { ...stream, id: 8, conversation: 'sea' }]);
    inbox.receive(8, 0, 9);
    inbox.receive(7, 0, 1);
    expect(inbox.reordered()).toBe(0);
  });

  it('does not miss what was refused, nor what is not answered yet; both may arrive', () => {
    const { outbox, inbox } = sentAndConfirmed(1);
    inbox.receive(7, 0, 1);
    outbox.refuse(outbox.take());
    outbox.take();
    expect(inbox.missing(outbox.sent())).toBe(0);
    expect([outbox.refused(), outbox.waiting()]).toEqual([1, 1]);
    expect(inbox.receive(7, 1, 2)).toBe('new');
  });

  it('leaves alone what is for others', () => {
    const { inbox } = sentAndConfirmed(1);
    expect(inbox.receive(9, 0, 1)).toBe('unexpected');
    expect(inbox.receive(NaN, NaN, 1)).toBe('unexpected');
    expect(inbox.doubled() + inbox.reordered()).toBe(0);
  });

  it('fails a run for what is lost, doubled, reordered, unanswered or dropped', () => {
    const names = ['lost', 'doubled', 'reordered', 'unanswered', 'dropped'] as const;
    for (const name of names)
      expect(isFaulty(sumOf([noFaults, { ...noFaults, [name]: 1 }]))).toBe(true);
    expect(isFaulty({ ...noFaults, refused: 1 })).toBe(false);
  });
});
