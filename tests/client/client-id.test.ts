import { expect, it } from 'vitest';
import { newClientId } from '#lib/client/client-id.ts';

it('is a UUID of version 7 that begins with the time', () => {
  // The example of RFC 9562, A.6.
  const id = newClientId(0x017f22e279b0);
  expect(id).toMatch(/^017f22e2-79b0-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(newClientId(0x017f22e279b1) > id).toBe(true);
  expect(new Set(Array.from({ length: 1000 }, () => newClientId(1))).size).toBe(1000);
});
