import { Types } from 'mongoose';
import type { Receipt } from '#lib/contract/records.ts';
import { createGathering, type Gathering } from '#lib/models/gathering.ts';
import { headOf, readHead } from '#lib/models/heads.ts';
import { forgetKnownMember, moveKnownMember } from '#lib/models/known-members.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { publish, rooms } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import { defineUseCase } from './define.ts';
import { knownMembershipOf, requirePresent } from './membership.ts';
import { thoseWithHiddenReading } from './privacy.ts';

// Watermarks are two numbers on the membership. Those that move within a moment are written
// together and told together, so that a group's cost stays linear in its members.

const gatherMs = 60;

interface Moved {
  /** As others are to see it, unless reading is hidden. */
  receipt: Receipt;
  /** Something was read, not only delivered. */
  hasRead: boolean;
  waiting: { resolve: () => void; reject: (error: unknown) => void }[];
}

interface Receipts {
  /** By conversation, then by user. */
  moved: Map<string, Map<string, Moved>>;
  writing: Gathering;
}

const receipts = (): Receipts =>
  remember('receipts', () => ({ moved: new Map(), writing: createGathering(gatherMs, flush) }));

export const markDelivered = defineUseCase('markDelivered', async (caller, input) => {
  const member = requirePresent(await knownMembershipOf(caller, input.conversationId));
  const seq = await withinLog(member, input.seq);
  return { receipt: await advanced(member, { deliveredSeq: seq, readSeq: 0 }) };
});

export const markRead = defineUseCase('markRead', async (caller, input) => {
  const member = requirePresent(await knownMembershipOf(caller, input.conversationId));
  const seq = await withinLog(member, input.seq);
  return { receipt: await advanced(member, { deliveredSeq: seq, readSeq: seq }) };
});

/** Moves the member's watermarks to this seq soon, if they are behind it; what is read is delivered. */
export const noteRead = (member: MemberDoc, seq: number): void =>
  void advance(member, { deliveredSeq: seq, readSeq: seq });

/** Writes and tells what has moved; for a clean stop. */
export const receiptsWritten = (): Promise<void> => receipts().writing.now();

/** A watermark beyond the end of the log counts as its end. */
async function withinLog(member: MemberDoc, seq: number): Promise<number> {
  const remembered = await headOf(member.conversation);
  if (seq <= remembered.seq) return seq;
  return Math.min(seq, (await readHead(member.conversation)).seq);
}

/** Resolves when the watermarks are stored. */
async function advanced(member: MemberDoc, to: Omit<Receipt, 'userId'>): Promise<Receipt> {
  const { receipt, moved } = advance(member, to);
  if (moved) await new Promise<void>((resolve, reject) => moved.waiting.push({ resolve, reject }));
  return receipt;
}

function advance(
  member: MemberDoc,
  to: Omit<Receipt, 'userId'>,
): { receipt: Receipt; moved?: Moved } {
  const receipt = {
    userId: member.user.toHexString(),
    deliveredSeq: Math.max(member.deliveredSeq, to.deliveredSeq),
    readSeq: Math.max(member.readSeq, to.readSeq),
  };
  // Advance only: two devices may report out of turn, and unread must not come back.
  const behind = receipt.deliveredSeq > member.deliveredSeq || receipt.readSeq > member.readSeq;
  if (!behind) return { receipt };
  const hasRead = to.readSeq > 0;
  // What arrives says nothing of what was read out of sight.
  const told = hasRead ? receipt : { ...receipt, readSeq: shownReadSeqOf(member) };
  return { receipt, moved: gather(member.conversation.toHexString(), told, hasRead) };
}

function gather(conversationId: string, receipt: Receipt, hasRead: boolean): Moved {
  const state = receipts();
  const ofConversation = state.moved.get(conversationId) ?? new Map<string, Moved>();
  state.moved.set(conversationId, ofConversation);
  const moved = ofConversation.get(receipt.userId) ?? { receipt, hasRead, waiting: [] };
  ofConversation.set(receipt.userId, moved);
  moved.hasRead ||= hasRead;
  moved.receipt = {
    userId: receipt.userId,
    deliveredSeq: Math.max(moved.receipt.deliveredSeq, receipt.deliveredSeq),
    readSeq: Math.max(moved.receipt.readSeq, receipt.readSeq),
  };
  state.writing.soon();
  return moved;
}

async function flush(): Promise<void> {
  const { moved: gathered } = receipts();
  const batch = [...gathered].map(([conversationId, ofConversation]) => ({
    conversationId,
    moved: [...ofConversation.values()],
  }));
  gathered.clear();
  const all = batch.flatMap(({ moved }) => moved);
  if (all.length === 0) return;
  try {
    const hidden = await thoseWithHiddenReading(batch.map(({ conversationId }) => conversationId));
    const writes = batch.flatMap((one) => updates(one, hidden.has(one.conversationId)));
    await MemberModel.collection.bulkWrite(writes, { ordered: false });
    batch.forEach((one) => noteMoved(one, hidden.has(one.conversationId)));
    for (const { conversationId, moved } of batch) {
      const secret = hidden.has(conversationId) ? moved.filter(({ hasRead }) => hasRead) : [];
      const open = moved.filter((one) => !secret.includes(one));
      if (open.length > 0) tell(conversationId, receiptsIn(open));
      if (secret.length > 0) await tellHidden(conversationId, secret);
    }
    for (const { waiting } of all) for (const { resolve } of waiting) resolve();
  } catch (error) {
    for (const { waiting } of all) for (const { reject } of waiting) reject(error);
  }
}

interface Batch {
  conversationId: string;
  moved: Moved[];
}

function noteMoved({ conversationId, moved }: Batch, isHidden: boolean): void {
  for (const { receipt } of moved) {
    // How far such reading is shown is only known to the database.
    if (isHidden) forgetKnownMember(conversationId, receipt.userId);
    else moveKnownMember(conversationId, receipt);
  }
}

const receiptsIn = (moved: Moved[]): Receipt[] => moved.map(({ receipt }) => receipt);

const updates = ({ conversationId, moved }: Batch, isHidden: boolean) =>
  moved.map(({ receipt: { userId, deliveredSeq, readSeq }, hasRead }) => ({
    updateOne: {
      filter: {
        conversation: new Types.ObjectId(conversationId),
        user: new Types.ObjectId(userId),
        leftAt: null,
      },
      update: !hasRead
        ? { $max: { deliveredSeq } }
        : isHidden
          ? readingUnseen(deliveredSeq, readSeq)
          : // What is read in the open shows what was read before, too.
            { $max: { deliveredSeq, readSeq }, $unset: { shownReadSeq: '' as const } },
    },
  }));

/** In one step: of two devices that read at once, none may show what the other one has read. */
const readingUnseen = (deliveredSeq: number, readSeq: number) => [
  {
    $set: { ...readUnseen(readSeq), deliveredSeq: { $max: ['$deliveredSeq', deliveredSeq] } },
  },
];

/** What a step sets that counts all up to this seq as read, and shows nobody that it was. */
export const readUnseen = (seq: number) => ({
  shownReadSeq: { $ifNull: ['$shownReadSeq', '$readSeq'] },
  readSeq: { $max: ['$readSeq', seq] },
});

function tell(
  conversationId: string,
  receipts: Receipt[],
  to?: string,
  except: string[] = [],
): void {
  publish({
    type: 'event',
    rooms: [to ?? rooms.conversation(conversationId)],
    except,
    event: 'receipts',
    data: { conversationId, receipts },
  });
}

/** Their own devices are told all of it; the other person's how far they are to see it. */
async function tellHidden(conversationId: string, moved: Moved[]): Promise<void> {
  const found = await MemberModel.find(
    { conversation: conversationId, user: { $in: moved.map(({ receipt }) => receipt.userId) } },
    { user: 1, readSeq: 1, shownReadSeq: 1 },
  ).lean<Pick<MemberDoc, 'user' | 'readSeq' | 'shownReadSeq'>[]>();
  const shown = new Map(found.map((member) => [member.user.toHexString(), shownReadSeqOf(member)]));
  for (const { receipt } of moved) {
    const own = rooms.user(receipt.userId);
    tell(conversationId, [receipt], own);
    const readSeq = shown.get(receipt.userId) ?? 0;
    tell(conversationId, [{ ...receipt, readSeq }], undefined, [own]);
  }
}

/** How far others see this member to have read. */
export const shownReadSeqOf = ({
  readSeq,
  shownReadSeq = readSeq,
}: Pick<MemberDoc, 'readSeq' | 'shownReadSeq'>): number => shownReadSeq;
