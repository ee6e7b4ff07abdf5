import { describe, expect, it } from 'vitest';
import type { Message, SystemEvent } from '#lib/contract/records.ts';
import { systemText } from '../../app/(chat)/conversation/system-text.ts';
import { english } from './english.ts';

const names: Record<string, string> = { kofi: 'Kofi', ana: 'Ana', ben: 'Ben', me: 'Nora' };
const nameOf = (id: string) => names[id] ?? id;

const say = (event: Partial<SystemEvent> & Pick<SystemEvent, 'type'>) => {
  const system: SystemEvent = { actorId: 'kofi', userIds: [], ...event };
  return systemText(english, { text: '', system } as Message, nameOf, 'me');
};

describe('system lines', () => {
  it('name people, and call the viewer you', () => {
    expect(say({ type: 'members_added', userIds: ['ana'] })).toBe('Kofi added Ana');
    expect(say({ type: 'members_added', actorId: 'me', userIds: ['ana', 'ben'] })).toBe(
      'You added Ana and Ben',
    );
    expect(say({ type: 'members_added', userIds: ['ana', 'me', 'ben'] })).toBe(
      'Kofi added Ana, you and Ben',
    );
    expect(say({ type: 'member_removed', userIds: ['me'] })).toBe('Kofi removed you');
    expect(say({ type: 'member_left', actorId: 'me' })).toBe('You left');
  });

  it('stay short when many are added', () => {
    const userIds = ['ana', 'ben', 'c', 'd', 'e', 'f', 'g'];
    expect(say({ type: 'members_added', userIds })).toBe('Kofi added Ana, Ben, c, d and 3 others');
    expect(say({ type: 'members_added', userIds: userIds.slice(0, 5) })).toBe(
      'Kofi added Ana, Ben, c, d and e',
    );
  });

  it('say what became of the group', () => {
    expect(say({ type: 'group_created', title: 'Supper' })).toBe('Kofi created the group “Supper”');
    expect(say({ type: 'title_changed', title: 'Supper' })).toBe(
      'Kofi changed the group name to “Supper”',
    );
    expect(say({ type: 'role_changed', userIds: ['ana'], role: 'admin' })).toBe(
      'Kofi made Ana an admin',
    );
    expect(say({ type: 'role_changed', userIds: ['me'], role: 'member' })).toBe(
      'Kofi dismissed you as admin',
    );
    expect(say({ type: 'owner_changed', userIds: ['ana'] })).toBe('Ana is now the owner');
    expect(say({ type: 'owner_changed', userIds: ['me'] })).toBe('You are now the owner');
    expect(say({ type: 'history_shared', userIds: ['ana'], count: 25 })).toBe(
      'Kofi shared the last 25 messages with Ana',
    );
  });
});
