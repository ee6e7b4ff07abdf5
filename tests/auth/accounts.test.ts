import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { AppError } from '#lib/contract/errors.ts';
import { operations } from '#lib/contract/operations.ts';
import { MemberModel } from '#lib/models/member.ts';
import { UserModel } from '#lib/models/user.ts';
import { rooms } from '#lib/publish.ts';
import {
  accountNamed,
  changeEmail,
  changePassword,
  checkUsername,
  createToken,
  readAccount,
  register,
  replacePassword,
  updateAccount,
} from '#lib/use-cases/accounts.ts';
import { readUser } from '#lib/use-cases/users.ts';
import type { Caller } from '#lib/use-cases/define.ts';
import { callerFromToken } from '#lib/auth/caller.ts';
import { verifyPassword } from '#lib/auth/passwords.ts';
import {
  laptop,
  password,
  phone,
  publishedBy,
  refusalOf,
  signIn,
  signUp,
  withDatabase,
} from './support.ts';

withDatabase();

describe('registration', () => {
  it('answers with the account, without the password in any form', async () => {
    const answer = await register(laptop, { username: 'ana', password, email: 'Ana@Example.org' });
    expect(operations.register.output.parse(answer)).toEqual(answer);
    expect(answer.user).toMatchObject({
      username: 'ana',
      displayName: 'ana',
      email: 'ana@example.org',
      hasPassword: true,
      online: false,
    });
    const kept = await UserModel.findOne({ username: 'ana' }).lean();
    expect(kept?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(answer)).not.toContain('argon2');
  });

  it('refuses a username that is taken, however it is written', async () => {
    await signUp('ana');
    const input = operations.register.input.parse({ username: ' AnA ', password });
    expect(await refusalOf(register(laptop, input))).toBe('username_taken');
  });

  it('refuses an email that has an account, in any case, without saying so', async () => {
    await signUp('ana', { email: 'ana@example.org' });
    const again = register(laptop, { username: 'ben', password, email: 'ANA@example.org' });
    await expect(again).rejects.toMatchObject({
      code: 'conflict',
      message: expect.not.stringMatching(/mail|exist/i) as string,
    });
    expect(await UserModel.find().lean()).toHaveLength(1);
  });

  it('lets any number of people have no email', async () => {
    await Promise.all([signUp('ana'), signUp('ben'), signUp('nora')]);
    expect(await UserModel.find({ email: null }).lean()).toHaveLength(3);
  });

  it('gives a username to one of several who want it at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => refusalOf(register(laptop, { username: 'ana', password }))),
    );
    expect(answers.filter((code) => code === null)).toHaveLength(1);
    expect(answers.filter((code) => code === 'username_taken')).toHaveLength(5);
  });
});

describe('a username', () => {
  const suggestionsFor = async (username: string) =>
    (await checkUsername(laptop, { username })).suggestions;

  it('is free until somebody has it', async () => {
    expect(await checkUsername(laptop, { username: 'nora' })).toEqual({
      available: true,
      suggestions: [],
    });
    await signUp('nora');
    expect(await checkUsername(laptop, { username: 'nora' })).toEqual({
      available: false,
      suggestions: ['nora2', 'nora.a'],
    });
  });

  it('is never suggested when it is taken itself', async () => {
    for (const name of ['nora', 'nora2', 'nora.a']) await signUp(name);
    expect(await suggestionsFor('nora')).toEqual(['nora3', 'nora.b']);
    expect(await suggestionsFor('nora2')).toEqual(['nora3', 'nora.b']);
  });

  it('is suggested in a form that may be registered, however long or odd the wanted one', async () => {
    for (const name of ['n'.repeat(32), '123', 'a12', '9'.repeat(32), '...', 'nora9999', 'x.1']) {
      await signUp(name);
      const suggestions = await suggestionsFor(name);
      expect(new Set(suggestions).size).toBe(2);
      for (const username of suggestions) {
        expect(operations.register.input.parse({ username, password })).toMatchObject({ username });
        expect(await checkUsername(laptop, { username })).toMatchObject({ available: true });
      }
    }
  });
});

describe('a token', () => {
  it('is given for the username or email in any case', async () => {
    const ana = await signUp('ana', { email: 'ana@example.org' });
    for (const username of ['ana', 'ANA', ' Ana ', 'Ana@Example.ORG']) {
      const answer = await createToken(laptop, { username, password });
      expect(operations.createToken.output.parse(answer)).toEqual(answer);
      expect(answer.user.id).toBe(ana.id);
      const caller = await callerFromToken(answer.token, laptop, 'session');
      expect(caller.userId).toBe(ana.id);
    }
  });

  it('is refused alike for a wrong password, for nobody and for nonsense', async () => {
    await signUp('ana');
    const wrong = [
      { username: 'ana', password: 'wrong horse' },
      { username: 'nobody', password },
      { username: 'no@body.org', password },
      { username: ' ', password },
      { username: '\0', password: '\0' },
    ];
    const answers = await Promise.all(
      wrong.map((input) =>
        createToken(laptop, input).catch(({ code, message }: AppError) => ({ code, message })),
      ),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ code: 'invalid_credentials' });
  });
});

describe('an account', () => {
  it('is read by its owner', async () => {
    const ana = await signUp('ana');
    expect(await readAccount(await signIn('ana'), {})).toEqual({ user: ana });
  });

  it('changes its name and about line, and tells those who share a conversation', async () => {
    const ana = await signUp('ana');
    const caller = await signIn('ana');
    const [ben, cleo] = [await signUp('ben'), await signUp('cleo')];
    const present = await memberOf(ana.id, null);
    await memberOf(ben.id, null, present);
    await memberOf(cleo.id, null, await memberOf(ana.id, new Date()));
    let answer;
    const heard = await publishedBy(async () => {
      answer = await updateAccount(caller, { displayName: 'Ana Núñez', about: 'at sea' });
    });
    const { email: _email, hasPassword: _hasPassword, privacy: _privacy, ...seen } = ana;
    const changed = { displayName: 'Ana Núñez', about: 'at sea' };
    expect(answer).toEqual({ user: { ...ana, ...changed } });
    expect(heard).toEqual([
      {
        type: 'event',
        rooms: [rooms.user(ana.id), rooms.user(ben.id)],
        event: 'user:updated',
        data: { user: { ...seen, ...changed } },
      },
      {
        type: 'event',
        rooms: [rooms.user(ana.id)],
        event: 'account:updated',
        data: { user: { ...ana, ...changed } },
      },
    ]);
    const kept = await UserModel.findById(ana.id).lean();
    expect(kept?.search).toEqual(['ana', 'ana nunez', 'nunez']);
  });

  it('keeps what is not mentioned, and tells nobody of nothing', async () => {
    await signUp('ana', { displayName: 'Ana' });
    const caller = await signIn('ana');
    await updateAccount(caller, { about: 'at sea' });
    const heard = await publishedBy(async () => {
      const { user } = await updateAccount(caller, { displayName: 'Ana' });
      expect(user).toMatchObject({ displayName: 'Ana', about: 'at sea' });
      await updateAccount(caller, {});
    });
    expect(heard).toEqual([]);
  });

  it('keeps the language that its person has chosen, and tells nobody else', async () => {
    const ana = await signUp('ana');
    const caller = await signIn('ana');
    expect(ana).not.toHaveProperty('language');
    const heard = await publishedBy(async () => {
      await updateAccount(caller, { language: 'ar' });
    });
    expect(heard).toMatchObject([{ event: 'account:updated', rooms: [rooms.user(ana.id)] }]);
    await updateAccount(caller, { about: 'at sea' });
    expect(await readAccount(caller, {})).toMatchObject({ user: { language: 'ar' } });
    const anywhere = await readUser(caller, { userId: ana.id });
    expect(anywhere.user).not.toHaveProperty('language');
  });

  it('that is gone answers nothing', async () => {
    const ana = await signUp('ana');
    const caller = await signIn('ana');
    await UserModel.deleteOne({ _id: ana.id });
    expect(await refusalOf(readAccount(caller, {}))).toBe('unauthenticated');
    expect(await refusalOf(updateAccount(caller, { about: '' }))).toBe('unauthenticated');
  });
});

describe('changing the password', () => {
  const change = { currentPassword: password, newPassword: 'battery staple' };

  it('ends every other session and keeps this one', async () => {
    await signUp('ana');
    await signUp('ben');
    const [here, there, ben] = [
      await signIn('ana'),
      await signIn('ana', phone),
      await signIn('ben'),
    ];
    const heard = await publishedBy(() => changePassword(here, change));
    expect(heard).toEqual([
      { type: 'end-sessions', sessionIds: [there.sessionId], reason: 'password_changed' },
    ]);
    expect(await refusalOf(callerFromToken(there.token, phone, 'session'))).toBe('unauthenticated');
    expect(await refusalOf(callerFromToken(here.token, laptop, 'session'))).toBeNull();
    expect(await refusalOf(callerFromToken(ben.token, laptop, 'session'))).toBeNull();
    expect(await verifyPassword('ana', password, laptop)).toBeNull();
    expect(await verifyPassword('ana', change.newPassword, laptop)).toMatchObject({
      username: 'ana',
    });
  });

  it('needs the current one', async () => {
    await signUp('ana');
    const [here, there] = [await signIn('ana'), await signIn('ana', phone)];
    const wrong = changePassword(here, { ...change, currentPassword: 'wrong horse' });
    expect(await refusalOf(wrong)).toBe('invalid_credentials');
    expect(await refusalOf(callerFromToken(there.token, phone, 'session'))).toBeNull();
  });

  it('succeeds for one of two at once', async () => {
    await signUp('ana');
    const here = await signIn('ana');
    const answers = await Promise.all(
      ['battery staple', 'stapled battery'].map((newPassword) =>
        refusalOf(changePassword(here, { ...change, newPassword })),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['invalid_credentials', null]));
  });

  it.each([
    ['a change', (here: Caller) => changePassword(here, change)],
    ['the operator', async () => replacePassword(await accountNamed('ana'), change.newPassword)],
  ])(
    'leaves no session that somebody opened with the old one at the same moment, by %s',
    async (_, replace) => {
      await signUp('ana');
      const here = await signIn('ana');
      const attempts = Array.from({ length: 8 }, () =>
        createToken(phone, { username: 'ana', password }).catch(() => null),
      );
      await replace(here);
      for (const answer of await Promise.all(attempts)) {
        const session = callerFromToken(answer?.token, phone, 'session');
        expect(await refusalOf(session)).toBe('unauthenticated');
      }
    },
  );
});

describe('an email address', () => {
  const isHers = async (email: string) =>
    (await verifyPassword(email, password, laptop))?.username === 'ana';

  it('is given, changed and taken away by the password, and signs in', async () => {
    await signUp('ana');
    const ana = await signIn('ana');
    const change = (email: string | null) => changeEmail(ana, { password, email });
    const heard = await publishedBy(async () => {
      const answer = await change('Ana@Example.org');
      expect(operations.changeEmail.output.parse(answer)).toEqual(answer);
      expect(answer.user.email).toBe('ana@example.org');
    });
    expect(heard).toMatchObject([
      {
        rooms: [rooms.user(ana.userId)],
        event: 'account:updated',
        data: { user: { email: 'ana@example.org' } },
      },
    ]);
    expect(await isHers('ANA@example.org')).toBe(true);
    await change('a@example.net');
    expect([await isHers('ana@example.org'), await isHers('a@example.net')]).toEqual([false, true]);
    await change(null);
    expect((await readAccount(ana, {})).user.email).toBeNull();
    expect(await isHers('a@example.net')).toBe(false);
  });

  it('stays as it is without the password, and for who has none', async () => {
    await signUp('ana', { email: 'ana@example.org' });
    const ana = await signIn('ana');
    const wrong = changeEmail(ana, { password: 'wrong horse', email: null });
    expect(await refusalOf(wrong)).toBe('invalid_credentials');
    await UserModel.updateOne({ username: 'ana' }, { $set: { passwordHash: null } });
    const without = changeEmail(ana, { password, email: null });
    expect(await refusalOf(without)).toBe('invalid_credentials');
    expect((await readAccount(ana, {})).user.email).toBe('ana@example.org');
  });

  it('is refused as in a registration when it is somebody else’s, also to one of two at once', async () => {
    await signUp('ana', { email: 'ana@example.org' });
    await signUp('ben');
    await signUp('cleo');
    const [ben, cleo] = [await signIn('ben'), await signIn('cleo')];
    const taken = changeEmail(ben, { password, email: 'ana@example.org' });
    expect(await refusalOf(taken)).toBe('conflict');
    const both = [ben, cleo].map((one) => changeEmail(one, { password, email: 'b@example.org' }));
    expect(new Set(await Promise.all(both.map(refusalOf)))).toEqual(new Set(['conflict', null]));
  });
});

async function memberOf(
  user: string,
  leftAt: Date | null,
  conversation = new Types.ObjectId().toHexString(),
): Promise<string> {
  await MemberModel.create({
    conversation,
    user,
    role: 'member',
    joinedAt: new Date(),
    visible: [{ from: 1, to: null }],
    readSeq: 0,
    deliveredSeq: 0,
    leftAt,
  });
  return conversation;
}
