import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '#lib/auth/passwords.ts';
import { UserModel } from '#lib/models/user.ts';
import { laptop, password, signUp, withDatabase } from './support.ts';

withDatabase();

describe('a password', () => {
  it('is compared exactly', async () => {
    await signUp('ana');
    expect(await verifyPassword('ana', password, laptop)).toMatchObject({ username: 'ana' });
    for (const wrong of [`${password} `, password.toUpperCase(), password.slice(1), '', '\0']) {
      expect(await verifyPassword('ana', wrong, laptop)).toBeNull();
    }
  });

  it('is the same from a keyboard that composes its characters otherwise', async () => {
    const user = await signUp('ana');
    await UserModel.updateOne(
      { _id: user.id },
      { passwordHash: await hashPassword('caf\u00e9 au lait') },
    );
    expect(await verifyPassword('ana', 'cafe\u0301 au lait', laptop)).not.toBeNull();
    expect(await verifyPassword('ana', 'cafe au lait', laptop)).toBeNull();
  });

  it('opens no account that has none, or where an operator has put something else', async () => {
    const user = await signUp('ana');
    for (const passwordHash of [null, '', 'locked', password]) {
      await UserModel.updateOne({ _id: user.id }, { passwordHash });
      expect(await verifyPassword('ana', password, laptop)).toBeNull();
    }
  });

  it('takes as long to refuse for nobody as for somebody', async () => {
    await signUp('ana');
    const best = { ana: Infinity, nobody: Infinity };
    for (let round = 0; round < 10; round++) {
      for (const username of ['ana', 'nobody'] as const) {
        const begun = performance.now();
        await verifyPassword(username, 'wrong horse', laptop);
        best[username] = Math.min(best[username], performance.now() - begun);
      }
    }
    // Without a hash it would be a tenth.
    expect(best.nobody / best.ana).toBeGreaterThan(0.4);
  });

  it('is refused as unavailable when too many are being compared', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 210 }, () => hashPassword(password)),
    );
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(8);
    expect(refused[0]).toMatchObject({
      reason: { code: 'unavailable', details: { retryAfterMs: 5_000 } },
    });
    await expect(hashPassword(password)).resolves.toMatch(/^\$argon2id\$/);
  }, 60_000);
});
