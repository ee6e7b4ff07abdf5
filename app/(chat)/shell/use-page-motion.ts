'use client';

import { useEffect, useLayoutEffect, useRef } from 'react';

/** How far a page of a phone lies below its tab: a list, one of its things, what there is about that. */
const depthOf = (place: string): number => Math.min(place.split('/').filter(Boolean).length, 3);

/** Pages of one tab lie on top of each other; between tabs nothing moves. */
const tabOf = (place: string): string => place.split('/')[1] ?? '';

/**
 * Notes on the document which way the page has changed, for the motion of a phone's pages (globals.css):
 * into something or back out of it. Nothing where the browser has already shown the way, as a swipe does.
 *
 * @param place the address of the view
 */
export function usePageMotion(place: string): void {
  const before = useRef(place);
  const isShown = useRef(false);
  useEffect(() => {
    const note = (event: PopStateEvent) => {
      isShown.current = event.hasUAVisualTransition;
    };
    addEventListener('popstate', note);
    return () => removeEventListener('popstate', note);
  }, []);
  // Before the first paint of the new page, so that its motion begins there.
  useLayoutEffect(() => {
    const from = before.current;
    if (from === place) return;
    before.current = place;
    const { dataset } = document.documentElement;
    const isSame = tabOf(from) === tabOf(place) && depthOf(from) !== depthOf(place);
    if (!isSame || isShown.current) delete dataset.way;
    else dataset.way = depthOf(place) > depthOf(from) ? 'in' : 'back';
    isShown.current = false;
  }, [place]);
}
