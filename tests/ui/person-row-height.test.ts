import { expect, it } from 'vitest';
import { personRowHeight } from '#lib/ui/use-person-row-height.ts';

it.each([
  [14, 52],
  [16, 52],
  [18, 57],
  [20, 62],
  [22, 67],
])('where 1 rem is %i px, a row with two lines has %i', (rem, height) => {
  expect(personRowHeight(rem)).toBe(height);
});
