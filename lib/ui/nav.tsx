'use client';

import { usePathname } from 'next/navigation';
import { useSyncExternalStore, type ComponentProps, type MouseEvent } from 'react';
import { entryOf, whenHistoryRests } from '#lib/ui/back.ts';

/**
 * Moving between views without asking the server: Next takes the new address from the browser's
 * history, and the shell, which is already there, shows what belongs to it.
 */
export function navigate(path: string, how: 'push' | 'replace' = 'push'): void {
  whenHistoryRests(() => goTo(path, how));
}

function goTo(path: string, how: 'push' | 'replace'): void {
  const { layers, visits } = entryOf(history.state);
  if (path === location.pathname && layers === 0) return;
  // From inside a dialog: its entry becomes the new view's, so that Back leads to where it was opened.
  if (how === 'replace') history.replaceState({ visits }, '', path);
  else if (layers > 0) history.replaceState({ visits: visits + 1 }, '', path);
  else history.pushState({ visits: visits + 1 }, '', path);
  dispatchEvent(new Event(placeEvent));
}

const placeEvent = 'gatherly:place';

function watchPlace(tell: () => void): () => void {
  const watching = new AbortController();
  for (const type of ['popstate', placeEvent])
    addEventListener(type, tell, { signal: watching.signal });
  return () => watching.abort();
}

/**
 * The address of the view. A new one is drawn at once and in one go, where Next's router, which hears of
 * it too, would draw it in slices with frames between them: from there comes only what the server draws.
 */
export function usePlace(): string {
  const drawn = usePathname();
  return useSyncExternalStore(
    watchPlace,
    () => location.pathname,
    () => drawn,
  );
}

/** Goes back if that leads to another view of ours, otherwise to `fallback`. */
export function goBack(fallback = '/chats'): void {
  whenHistoryRests(() => {
    if (entryOf(history.state).visits > 0) history.back();
    else navigate(fallback, 'replace');
  });
}

type ChatLinkProps = Omit<ComponentProps<'a'>, 'href'> & { href: string; replace?: boolean };

/** A real link (it opens in a new tab, it can be copied) that moves within the shell. */
export function ChatLink({ href, replace, onClick, children, ...rest }: ChatLinkProps) {
  const click = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || elsewhere || event.button !== 0) return;
    event.preventDefault();
    navigate(href, replace ? 'replace' : 'push');
  };
  return (
    <a {...rest} href={href} onClick={click}>
      {children}
    </a>
  );
}
