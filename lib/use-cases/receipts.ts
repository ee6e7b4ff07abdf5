import { Types } from 'mongoose';
import type { Receipt } from '#lib/contract/records.ts';
import { headOf, readHead } from '#lib/models/heads.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { publish, rooms } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import { defineUseCase } from './define.ts';
import { presentMembershipOf } from './membership.ts';

// Watermarks are two numbers on the membership. Those that move within a moment are written
// together and told together, so that a group's cost stays linear in its members.

const gatherMs = 60;

interface Moved {
  receipt: Receipt;
  waiting: { resolve: () => void; reject: (error: unknown) => void }[];
}

interface Receipts {
  /** By conversation, then by user. */
  moved: Map<string, Map<string, Moved>>;
  timer: NodeJS.Timeout | null;
  writing: Promise<void> | null;
}

const receipts = (): Receipts =>
  remember('receipts', () => ({ moved: new Map(), timer: null, writing: null }));

export const markDelivered = defineUseCase('markDelivered', async (caller, input) => {
  const member = await presentMembershipOf(caller, input.conversationId);
  const seq = await withinLog(member, input.seq);
  return { receipt: await advance(member, { deliveredSeq: seq, readSeq: 0 }) };
});

export const markRead = defineUseCase('markRead', async (caller, input) => {
  const member = await presentMembershipOf(caller, input.conversationId);
  return { receipt: await readUpTo(member, await withinLog(member, input.seq)) };
});

/** Moves the member's watermarks to this seq, if they are behind it; what is read is delivered. */
export const readUpTo = (member: MemberDoc, seq: number): Promise<Receipt> =>
  advance(member, { deliveredSeq: seq, readSeq: seq });

/** Writes and tells what has moved; for a clean stop. */
export async function receiptsWritten(): Promise<void> {
  const state = receipts();
  if (state.timer) clearTimeout(state.timer);
  state.timer = null;
  await state.writing;
  await flush(state);
}

/** A watermark beyond the end of the log counts as its end. */
async function withinLog(member: MemberDoc, seq: number): Promise<number> {
  const remembered = await headOf(member.conversation);
  if (seq <= remembered.seq) return seq;
  return Math.min(seq, (await readHead(member.conversation)).seq);
}

async function advance(member: MemberDoc, to: Omit<Receipt, 'userId'>): Promise<Receipt> {
  const receipt = {
    userId: member.user.toHexString(),
    deliveredSeq: Math.max(member.deliveredSeq, to.deliveredSeq),
    readSeq: Math.max(member.readSeq, to.readSeq),
  };
  // Advance only: two devices may report out of turn, and unread must not come back.
  const behind = receipt.deliveredSeq > member.deliveredSeq || receipt.readSeq > member.readSeq;
  if (behind) await gather(member.conversation.toHexString(), receipt);
  return receipt;
}

function gather(conversationId: string, receipt: Receipt): Promise<void> {
  const state = receipts();
  const ofConversation = state.moved.get(conversationId) ?? new Map<string, Moved>();
  state.moved.set(conversationId, ofConversation);
  const moved = ofConversation.get(receipt.userId) ?? { receipt, waiting: [] };
  ofConversation.set(receipt.userId, moved);
  moved.receipt = {
    userId: receipt.userId,
    deliveredSeq: Math.max(moved.receipt.deliveredSeq, receipt.deliveredSeq),
    readSeq: Math.max(moved.receipt.readSeq, receipt.readSeq),
  };
  state.timer ??= setTimeout(() => {
    state.timer = null;
    state.writing = flush(state);
  }, gatherMs);
  return new Promise((resolve, reject) => moved.waiting.push({ resolve, reject }));
}

async function flush(state: Receipts): Promise<void> {
  const batch = [...state.moved].map(([conversationId, ofConversation]) => ({
    conversationId,
    moved: [...ofConversation.values()],
  }));
  state.moved.clear();
  const all = batch.flatMap(({ moved }) => moved);
  if (all.length === 0) return;
  try {
    await MemberModel.collection.bulkWrite(batch.flatMap(updates), { ordered: false });
    for (const { conversationId, moved } of batch) tell(conversationId, moved);
    for (const { waiting } of all) for (const { resolve } of waiting) resolve();
  } catch (error) {
    for (const { waiting } of all) for (const { reject } of waiting) reject(error);
  }
}

const updates = ({ conversationId, moved }: { conversationId: string; moved: Moved[] }) =>
  moved.map(({ receipt: { userId, deliveredSeq, readSeq } }) => ({
    updateOne: {
      filter: {
        conversation: new Types.ObjectId(conversationId),
        user: new Types.ObjectId(userId),
        leftAt: null,
      },
      update: { $max: { deliveredSeq, readSeq } },
    },
  }));

function tell(conversationId: string, moved: Moved[]): void {
  publish({
    type: 'event',
    rooms: [rooms.conversation(conversationId)],
    event: 'receipts',
    data: { conversationId, receipts: moved.map(({ receipt }) => receipt) },
  });
}
