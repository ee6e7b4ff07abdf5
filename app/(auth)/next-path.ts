const here = 'http://here.invalid';

/** Where to go after signing in: only to a page of this application, whatever the address says. */
export function nextPath(asked: string | string[] | undefined): string {
  if (typeof asked !== 'string' || !asked.startsWith('/') || !URL.canParse(asked, here)) {
    return '/chats';
  }
  const { origin, pathname, search } = new URL(asked, here);
  // Browsers read //host and /\host as another host.
  if (origin !== here || pathname.startsWith('//')) return '/chats';
  return pathname + search;
}
