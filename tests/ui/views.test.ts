import { describe, expect, it } from 'vitest';
import { viewOf } from '../../app/(chat)/views.ts';

const id = '0123456789abcdef01234567';

describe('the view that an address names', () => {
  it.each([
    ['/chats', { name: 'chats', id: null, details: false }],
    ['/chats/', { name: 'chats', id: null, details: false }],
    [`/chats/${id}`, { name: 'chats', id, details: false }],
    [`/chats/${id}/details`, { name: 'chats', id, details: true }],
    ['/people', { name: 'people' }],
    ['/settings', { name: 'settings', page: null }],
    ['/settings/devices', { name: 'settings', page: 'devices' }],
  ])('%s', (path, view) => {
    expect(viewOf(path)).toEqual(view);
  });

  it.each([
    '/',
    '/nowhere',
    '/chats/new',
    `/chats/${id.toUpperCase()}`,
    `/chats/${id}/members`,
    `/chats/${id}/details/more`,
    '/people/ana',
    '/settings/nothing',
    '/settings/toString',
    '/settings/devices/more',
  ])('%s names none', (path) => {
    expect(viewOf(path)).toBeNull();
  });
});
