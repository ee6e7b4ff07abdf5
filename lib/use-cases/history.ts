import { limits } from '#lib/contract/limits.ts';
import type { Input } from '#lib/contract/operations.ts';
import type { MemberDoc } from '#lib/models/member.ts';
import { firstSeqSince } from '#lib/models/message-times.ts';
import { fillPage, newPage, type Page } from '#lib/models/page.ts';
import { defaultPage } from './cursor.ts';
import { defineUseCase } from './define.ts';
import { membershipOf, visibleWithin, type Stretch } from './membership.ts';
import { messageView } from './views.ts';

export const listMessages = defineUseCase('listMessages', async (caller, input) => {
  const member = await membershipOf(caller, input.conversationId);
  const limit = input.limit ?? defaultPage;
  const { messages, hasMore } = await page(member, input, limit);
  return { messages: messages.map((message) => messageView(message, caller.userId)), hasMore };
});

type Part = Pick<Page, 'messages' | 'hasMore'>;

async function page(member: MemberDoc, input: Input<'listMessages'>, limit: number): Promise<Part> {
  const { before, after, at, sinceRev } = input;
  if (sinceRev !== undefined) return changedSince(member, sinceRev, newPage(limit));
  if (after !== undefined) return following(member, after + 1, newPage(limit));
  const around = at ? await firstSeqSince(member.conversation, new Date(at)) : input.around;
  if (around === undefined) return preceding(member, (before ?? Infinity) - 1, newPage(limit));
  const half = newPage(Math.floor(limit / 2), limits.pageBytes / 2);
  const older = await preceding(member, around - 1, half);
  const rest = newPage(limit - older.messages.length, limits.pageBytes - half.bytes);
  const newer = await following(member, around, rest);
  return {
    messages: [...older.messages, ...newer.messages],
    hasMore: older.hasMore || newer.hasMore,
  };
}

/** What the member may see from this seq on, oldest first. */
async function following(member: MemberDoc, from: number, page: Page): Promise<Part> {
  for (const range of visibleWithin(member, from, Infinity)) {
    if (page.hasMore) break;
    await fillPage(page, inRange(member, range), { seq: 1 });
  }
  return page;
}

/** What the member may see up to this seq: the newest of it, oldest first. */
async function preceding(member: MemberDoc, to: number, page: Page): Promise<Part> {
  for (const range of visibleWithin(member, 1, to).reverse()) {
    if (page.hasMore) break;
    await fillPage(page, inRange(member, range), { seq: -1 });
  }
  return { messages: page.messages.reverse(), hasMore: page.hasMore };
}

const inRange = ({ conversation }: MemberDoc, range: Stretch) => ({
  conversation,
  seq: seqWithin(range),
});

const seqWithin = ({ from, to }: Stretch) =>
  to === Infinity ? { $gte: from } : { $gte: from, $lte: to };

async function changedSince(member: MemberDoc, sinceRev: number, page: Page): Promise<Part> {
  const ranges = visibleWithin(member, 1, Infinity);
  // A message's rev is never below its seq, so nothing that came before the first range is scanned.
  const floor = Math.max(sinceRev, (ranges[0]?.from ?? 1) - 1);
  const seqs = ranges.map((range) => ({ seq: seqWithin(range) }));
  const filter = {
    conversation: member.conversation,
    rev: { $gt: floor },
    ...(seqs.length === 1 ? seqs[0] : { $or: seqs }),
  };
  await fillPage(page, filter, { rev: 1 });
  return page;
}
