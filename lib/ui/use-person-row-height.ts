import { useSyncExternalStore } from 'react';
import { onRemembered } from './remembered.ts';

const padding = 12;
const least = 52;

/** How high (px) a row with a name and a line of small text below it is, where 1 rem is so many px. */
export const personRowHeight = (rem: number): number =>
  Math.max(least, Math.ceil(2.5 * rem + padding));

/** That height in the text size that was set. */
export const usePersonRowHeight = (): number =>
  useSyncExternalStore(onRemembered, measured, () => least);

const measured = () =>
  personRowHeight(parseFloat(getComputedStyle(document.documentElement).fontSize));
