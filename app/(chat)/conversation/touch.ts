import { recall } from '#lib/ui/remembered.ts';

/** The keyboard is on the screen: Enter breaks the line, and nothing takes the focus unasked. */
export const isTouch = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;

/** What Enter does in the composer is remembered in this browser by this name: 'breaks', or it sends. */
export const enterKey = 'enter';

/** Enter begins a new line; then it takes Ctrl or Cmd to send. */
export const breaksByEnter = (): boolean => isTouch() || recall(enterKey) === 'breaks';
