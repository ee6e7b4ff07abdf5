import type { Message, SystemEvent } from '#lib/contract/records.ts';

export interface SystemPart {
  text: string;
  /** A person's name, which stands out. */
  strong: boolean;
}

export type NameOf = (userId: string) => string;

const namesShown = 4;

/** What a system line says, in the viewer's words: “You added Ana”, “Kofi added you”. */
export function systemParts(message: Message, nameOf: NameOf, myId: string): SystemPart[] {
  const event = message.system;
  if (!event) return [plain(message.text)];
  const actor: SystemPart[] = [
    event.actorId === myId ? plain('You') : strong(nameOf(event.actorId)),
  ];
  const people = listOf(event.userIds, nameOf, myId);
  return merge(sentence(event, actor, people, myId));
}

export const systemText = (message: Message, nameOf: NameOf, myId: string): string =>
  systemParts(message, nameOf, myId)
    .map((part) => part.text)
    .join('');

function sentence(
  event: SystemEvent,
  actor: SystemPart[],
  people: SystemPart[],
  myId: string,
): SystemPart[] {
  const title = `“${event.title ?? ''}”`;
  switch (event.type) {
    case 'group_created':
      return [...actor, plain(event.title ? ` created the group ${title}` : ' created the group')];
    case 'title_changed':
      return [...actor, plain(` changed the group name to ${title}`)];
    case 'members_added':
      return [...actor, plain(' added '), ...people];
    case 'member_removed':
      return [...actor, plain(' removed '), ...people];
    case 'member_left':
      return [...actor, plain(' left')];
    case 'role_changed':
      return event.role === 'member'
        ? [...actor, plain(' dismissed '), ...people, plain(' as admin')]
        : [...actor, plain(' made '), ...people, plain(' an admin')];
    // Whether it was handed over or fell to them when the owner left, this is what is so now.
    case 'owner_changed':
      return event.userIds[0] === myId
        ? [plain('You are now the owner')]
        : [...people, plain(' is now the owner')];
    case 'history_shared':
      return [...actor, plain(` shared ${earlierMessages(event.count)} with `), ...people];
  }
}

const earlierMessages = (count: number | undefined) => {
  if (count === undefined) return 'earlier messages';
  return count === 1 ? 'the last message' : `the last ${count} messages`;
};

function listOf(userIds: string[], nameOf: NameOf, myId: string): SystemPart[] {
  const names = userIds.map((id) => (id === myId ? plain('you') : strong(nameOf(id))));
  const rest = names.length - namesShown;
  const shown = rest > 1 ? [...names.slice(0, namesShown), plain(`${rest} others`)] : names;
  return shown.flatMap((name, index) => {
    if (index === 0) return [name];
    return [plain(index === shown.length - 1 ? ' and ' : ', '), name];
  });
}

function merge(parts: SystemPart[]): SystemPart[] {
  const merged: SystemPart[] = [];
  for (const part of parts) {
    const before = merged.at(-1);
    if (before && before.strong === part.strong) before.text += part.text;
    else merged.push({ ...part });
  }
  return merged;
}

const plain = (text: string): SystemPart => ({ text, strong: false });
const strong = (text: string): SystemPart => ({ text, strong: true });
