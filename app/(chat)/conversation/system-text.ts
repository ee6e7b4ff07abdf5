import type { Message, SystemEvent } from '#lib/contract/records.ts';
import type { TextPart, Texts } from '#lib/texts/texts.ts';

export type NameOf = (userId: string) => string;

const namesShown = 4;

/** What a system line says, in the viewer's words: “You added Ana”, “Kofi added you”. */
export function systemParts(t: Texts, message: Message, nameOf: NameOf, myId: string): TextPart[] {
  const event = message.system;
  if (!event) return [{ text: message.text, strong: false }];
  const strong = (userId: string): TextPart => ({ text: nameOf(userId), strong: true });
  const said: Said = {
    t,
    event,
    actor: event.actorId === myId ? null : [strong(event.actorId)],
    people: peopleIn(t, event.userIds, strong, myId),
    isAboutMe: event.userIds.length === 1 && event.userIds[0] === myId,
  };
  return sentence(said);
}

/** The same in one piece. */
export const systemText = (t: Texts, message: Message, nameOf: NameOf, myId: string): string =>
  systemParts(t, message, nameOf, myId)
    .map(({ text, strong }) => (strong ? t.isolated(text) : text))
    .join('');

interface Said {
  t: Texts;
  event: SystemEvent;
  /** Null: the viewer did it. */
  actor: TextPart[] | null;
  people: TextPart[];
  /** It is about the viewer and nobody else. */
  isAboutMe: boolean;
}

function sentence(said: Said): TextPart[] {
  const { t, event, actor, people } = said;
  switch (event.type) {
    case 'group_created':
      return created(said);
    case 'title_changed': {
      const title = event.title ?? '';
      return actor
        ? t.parts('system.renamedBy', { actor, title })
        : plain(t('system.renamedByYou', { title }));
    }
    case 'picture_changed':
      return actor ? t.parts('system.pictureBy', { actor }) : plain(t('system.pictureByYou'));
    case 'members_added':
      return about(said, 'added');
    case 'member_removed':
      return about(said, 'removed');
    case 'member_left':
      return actor ? t.parts('system.leftBy', { actor }) : plain(t('system.leftByYou'));
    case 'role_changed':
      return about(said, event.role === 'member' ? 'dismissed' : 'admin');
    // Whether it was handed over or fell to them when the owner left, this is what is so now.
    case 'owner_changed':
      return said.isAboutMe ? plain(t('system.ownerYou')) : t.parts('system.owner', { people });
    case 'history_shared':
      return shared(said);
  }
}

function created({ t, event: { title }, actor }: Said): TextPart[] {
  if (title === undefined)
    return actor ? t.parts('system.createdBy', { actor }) : plain(t('system.createdByYou'));
  return actor
    ? t.parts('system.createdNamedBy', { actor, title })
    : plain(t('system.createdNamedByYou', { title }));
}

/** Who did it to whom; in most languages “you” does not stand where a name would. */
function about(
  { t, actor, people, isAboutMe }: Said,
  verb: 'added' | 'removed' | 'dismissed' | 'admin',
): TextPart[] {
  if (!actor) return t.parts(`system.${verb}ByYou`, { people });
  return isAboutMe
    ? t.parts(`system.${verb}You`, { actor })
    : t.parts(`system.${verb}By`, { actor, people });
}

function shared({ t, event, actor, people, isAboutMe }: Said): TextPart[] {
  const { count } = event;
  const messages =
    count === undefined ? t('system.sharedEarlier') : t('system.sharedLast', { count });
  if (!actor) return t.parts('system.sharedByYou', { messages, people });
  return isAboutMe
    ? t.parts('system.sharedYou', { actor, messages })
    : t.parts('system.sharedBy', { actor, messages, people });
}

function peopleIn(
  t: Texts,
  userIds: string[],
  strong: (userId: string) => TextPart,
  myId: string,
): TextPart[] {
  const names = userIds.map((id) => (id === myId ? word(t('system.you')) : strong(id)));
  const rest = names.length - namesShown;
  const others = rest > 1 && word(t('system.others', { count: rest }));
  return t.listParts(others ? [...names.slice(0, namesShown), others] : names);
}

const word = (text: string): TextPart => ({ text, strong: false });
const plain = (text: string): TextPart[] => [word(text)];
