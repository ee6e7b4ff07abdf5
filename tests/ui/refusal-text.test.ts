import { expect, it } from 'vitest';
import { refusalText, type Refusal } from '../../app/(auth)/requests.ts';
import { english } from './english.ts';

it.each([
  [1, '1 second'],
  [59, '59 seconds'],
  [90, '90 seconds'],
  [91, '2 minutes'],
  [300, '5 minutes'],
  [3600, '60 minutes'],
])('too many tries with a wait of %i s says so', (retryAfterSeconds, wait) => {
  const refusal: Refusal = { code: 'rate_limited', issues: [], retryAfterSeconds };
  expect(refusalText(english, refusal)).toBe(`Too many tries. Try again in ${wait}.`);
});
