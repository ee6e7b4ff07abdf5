import { estrangedFrom } from '#lib/models/block.ts';
import { publish, rooms } from '#lib/publish.ts';
import { defineUseCase } from './define.ts';
import { knownMembershipOf, requirePresent } from './membership.ts';

/** A hint to the others, never stored; whoever misses it has lost nothing. */
export const setTyping = defineUseCase('setTyping', async (caller, { conversationId, typing }) => {
  requirePresent(await knownMembershipOf(caller, conversationId));
  const unseenBy = await estrangedFrom(caller.userId);
  publish({
    type: 'event',
    rooms: [rooms.conversation(conversationId)],
    except: [caller.userId, ...unseenBy].map(rooms.user),
    volatile: true,
    event: 'typing',
    data: { conversationId, userId: caller.userId, typing },
  });
  return {};
});
