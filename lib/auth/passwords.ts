import { createHash } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { AppError } from '#lib/contract/errors.ts';
import { tryPassword } from '#lib/limits/password-tries.ts';
import { createTurns } from '#lib/limits/turns.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { metrics } from '#lib/metrics.ts';
import { remember } from '#lib/runtime.ts';
import type { Caller, Visitor } from '#lib/use-cases/define.ts';

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
// Of nothing that anybody knows, at the same cost. Who does not exist takes as long as who does.
const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$Ezqs69SfmBuM52kE5Q1f3w$48GeR/UYnxUi7/N6U2P22W/iSprHNQeYJ3ieh/8oI0Y';

// Hashing takes threads that the file system needs too, so half of Node's four.
const hashesAtOnce = 2;
const hashesWaiting = 200;

/** The password as it is kept. */
export const hashPassword = (password: string): Promise<string> =>
  inTurn(() => hash(comparable(password), cost));

/**
 * The person whose username or email and password these are; null when they do not match, whatever
 * the reason. The only way to check a password, so this is where tries are counted.
 * @param by who tries. A caller tries their own password, whatever strangers do meanwhile.
 * @throws AppError `rate_limited` when the account or the address has no try left.
 */
export function verifyPassword(
  username: string,
  password: string,
  by: Caller | Visitor,
): Promise<UserDoc | null> {
  return new Promise((resolve, reject) => {
    const authenticate = strategies.authenticate(
      'local',
      { session: false },
      (error: unknown, user?: UserDoc | false) => {
        if (error) reject(error);
        else resolve(user || null);
      },
    ) as (request: object, response: object, next: (error: unknown) => void) => void;
    authenticate({ body: { username, password }, query: {}, by }, {}, reject);
  });
}

const strategies = new passport.Passport();
strategies.use(
  new LocalStrategy({ passReqToCallback: true }, (request, username, password, done) => {
    // What `verifyPassword` has made up, and no request of Express.
    const { by } = request as typeof request & { by: Caller | Visitor };
    findByPassword(username, password, by).then((user) => done(null, user ?? false), done);
  }),
);

async function findByPassword(
  username: string,
  password: string,
  by: Caller | Visitor,
): Promise<UserDoc | null> {
  const name = username.trim().toLowerCase();
  const user = await UserModel.findOne(
    name.includes('@') ? { email: name } : { username: name },
  ).lean<UserDoc>();
  // An operator may have put anything there to lock somebody out; only a hash can match.
  const kept = user?.passwordHash?.startsWith('$argon2id$') ? user.passwordHash : null;
  const attempt = {
    // What is no account is refused like one; its name is not for the log, where a password may be
    // what somebody typed for it.
    account: user ? user._id.toHexString() : digest(name),
    fromSession: 'userId' in by,
    address: by.address,
  };
  return tryPassword(attempt, async () => {
    const matches = await inTurn(() => verify(kept ?? nobodysHash, comparable(password)));
    return kept && matches ? user : null;
  });
}

const digest = (name: string): string =>
  createHash('sha256').update(name).digest('hex').slice(0, 24);

// One keyboard types é as one character, another as two.
const comparable = (password: string): string => password.normalize('NFKC');

const tooMany = () =>
  new AppError('unavailable', 'Too many people are signing in at once.', { retryAfterMs: 5_000 });

const hashing = () =>
  remember('hashing', () => createTurns(hashesAtOnce, { most: hashesWaiting, full: tooMany }));

/** Runs the work when it is its turn. @throws AppError `unavailable` when too many wait already. */
const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
  hashing()('', () => {
    metrics().passwordChecks.inc();
    return work();
  });
