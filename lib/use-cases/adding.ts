import { AppError } from '#lib/contract/errors.ts';
import { blockOf, blocksWithin } from '#lib/models/block.ts';
import type { MemberDoc } from '#lib/models/member.ts';
import type { Caller } from './define.ts';

const leavingTwiceMs = 24 * 3_600_000;

/**
 * Refuses to bring people into a group who have blocked the caller, or who have left it twice of late.
 * Which of the two it is is not said, but of somebody who never was in the group only one can be. Who is in
 * it stays.
 * @param field of the input, in which these people are named
 * @param members the memberships, present and past, that some of them have
 * @throws AppError `forbidden`
 */
export async function requireMayAdd(
  { userId }: Caller,
  ids: string[],
  field: string,
  members: MemberDoc[] = [],
): Promise<void> {
  const present = new Set(
    members.flatMap(({ leftAt, user }) => (leftAt ? [] : [user.toHexString()])),
  );
  const blocks = await blocksWithin(ids.map((id) => [id, userId] as const));
  const tired = new Set(members.filter(hasLeftTwice).map(({ user }) => user.toHexString()));
  const issues = ids.flatMap((id, i) =>
    !present.has(id) && (blocks.has(blockOf(id, userId)) || tired.has(id))
      ? [{ path: `${field}.${i}`, message: 'cannot be added now' }]
      : [],
  );
  if (issues.length === 0) return;
  throw new AppError('forbidden', 'Somebody of these cannot be added now.', { issues });
}

function hasLeftTwice({ leftAt, leaves }: MemberDoc): boolean {
  const recent = leaves.filter((at) => Date.now() - at.getTime() < leavingTwiceMs);
  return leftAt !== null && recent.length >= 2;
}
