/** Which view an address names. The server asks to refuse others, the shell to choose its panes. */
export type View =
  | { name: 'chats'; id: string | null; details: boolean }
  | { name: 'people' }
  | { name: 'settings'; page: SettingsPage | null };

export const settingsPages = [
  'profile',
  'privacy',
  'notifications',
  'devices',
  'appearance',
  'language',
  'storage',
  'password',
  'email',
  'delete-account',
] as const;
export type SettingsPage = (typeof settingsPages)[number];

const isId = (part: string) => /^[0-9a-f]{24}$/.test(part);

export function viewOf(path: string): View | null {
  const [name, first, second, ...rest] = path.split('/').filter(Boolean);
  if (rest.length > 0) return null;
  if (name === 'chats') return chatsView(first, second);
  if (name === 'people') return first === undefined ? { name } : null;
  if (name !== 'settings' || second !== undefined) return null;
  if (first === undefined) return { name, page: null };
  const page = settingsPages.find((known) => known === first);
  return page ? { name, page } : null;
}

function chatsView(id: string | undefined, last: string | undefined): View | null {
  if (id === undefined) return { name: 'chats', id: null, details: false };
  if (!isId(id) || (last !== undefined && last !== 'details')) return null;
  return { name: 'chats', id, details: last === 'details' };
}
