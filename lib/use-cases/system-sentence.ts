import type { SystemEvent } from '#lib/contract/records.ts';

/**
 * What a line of a group says to clients that do not make a sentence of the event themselves: in
 * English, and without anybody's name, which a person may change, or take along when they go.
 */
export function systemSentence({
  type,
  title = '',
  role,
  count = 0,
  userIds,
}: SystemEvent): string {
  const isOne = userIds.length === 1;
  switch (type) {
    case 'group_created':
      return `The group “${title}” was created`;
    case 'title_changed':
      return `The group’s name was changed to “${title}”`;
    case 'picture_changed':
      return 'The group’s picture was changed';
    case 'members_added':
      return isOne ? 'Somebody joined the group' : `${userIds.length} people joined the group`;
    case 'member_removed':
      return 'Somebody was removed';
    case 'member_left':
      return 'Somebody left';
    case 'role_changed':
      return role === 'admin' ? 'Somebody is an admin now' : 'Somebody is no longer an admin';
    case 'owner_changed':
      return 'Somebody else owns the group now';
    case 'history_shared':
      return `The last ${count} messages were shared with ${isOne ? 'somebody' : `${userIds.length} people`} who joined`;
  }
}
