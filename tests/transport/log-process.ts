import { AppError } from '#lib/contract/errors.ts';
import { log, logConsole, logUncaught } from '#lib/log.ts';
import { logFailure } from '#lib/transport/failure-log.ts';

// oxlint-disable no-console -- it is what is tried here.

// What a server could come to write, for log.test.ts to look at.
logConsole();
logUncaught();

const secret = 'rosebud';
const driver = Object.assign(
  new Error(`E11000 duplicate key error index: email_1 dup key: { email: "${secret}@x.org" }`),
  { code: 11_000, errorResponse: { op: { text: secret } }, text: secret },
);
log().error({ err: new TypeError('wrapped', { cause: driver }) }, 'caused');
log().error(
  { err: new SyntaxError(`Unexpected token 'r', "{"a": ${secret}" is not JSON`) },
  'not JSON',
);
log().error({ err: `a text "${secret}"` }, 'a text');
log().info({ password: secret, token: secret, text: secret, input: { text: secret } }, 'redacted');
log().info({ headers: { cookie: secret, authorization: secret } }, 'redacted');
console.error('⨯', Object.assign(new Error(`page "${secret}"`), { digest: '1' }));
console.error(new Error('of a library'));
console.warn('deprecated', 1);

logFailure({ id: 'refused', operation: 'sendMessage', code: 'rate_limited' }, { event: 'x' });
logFailure({ id: 'away', code: 'unavailable', cause: new AppError('unavailable', secret) }, {});
logFailure({ id: 'bug', code: 'internal', cause: new Error('why') }, { status: 500 });
for (let i = 0; i < 1_000; i++) logFailure({ id: `storm${i}`, code: 'not_found' }, {});

void Promise.reject(new Error('not awaited', { cause: new RangeError('deep') }));
setTimeout(() => {
  setTimeout(() => log().info('still here'));
  throw new Error('not caught');
});
