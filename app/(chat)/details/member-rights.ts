import type { Conversation, Member, Role } from '#lib/contract/records.ts';

export const administers = ({ kind, me }: Conversation): boolean =>
  kind === 'group' && me.leftSeq === null && me.role !== 'member';

/** What I may do to another member; the server checks the same. */
export function rightsOver(me: Conversation['me'], member: Member) {
  const isAdmin = me.leftSeq === null && me.role !== 'member';
  const isSubject = isAdmin && member.role !== 'owner';
  return {
    makeAdmin: isSubject && member.role === 'member',
    dismiss: isSubject && member.role === 'admin',
    makeOwner: isSubject && me.role === 'owner',
    remove: isSubject,
  };
}

const ranks: Record<Role, number> = { owner: 0, admin: 1, member: 2 };

/** Oneself first, then who runs the group, the rest by name. */
export const inOrder = (
  members: readonly Member[],
  myId: string,
  compare: (a: string, b: string) => number,
): Member[] =>
  [...members].sort(
    (a, b) =>
      Number(b.user.id === myId) - Number(a.user.id === myId) ||
      ranks[a.role] - ranks[b.role] ||
      compare(a.user.displayName, b.user.displayName),
  );

const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();

export function matching(members: readonly Member[], query: string): Member[] {
  const wanted = folded(query.trim());
  return members.filter(
    ({ user }) => folded(user.displayName).includes(wanted) || user.username.includes(wanted),
  );
}
