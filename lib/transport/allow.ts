import { callerFromRequest } from '#lib/auth/caller.ts';
import { sessionTokenIn } from '#lib/auth/cookies.ts';
import { isAppError } from '#lib/contract/errors.ts';
import type { Refusal } from '#lib/contract/events.ts';
import { operations, type Operation, type OperationName } from '#lib/contract/operations.ts';
import { addressKey } from '#lib/limits/address.ts';
import { spend } from '#lib/limits/spend.ts';
import type { Caller, Visitor } from '#lib/use-cases/define.ts';

/**
 * Lets an operation be done if it is not done too often: by person, on all devices and both wires
 * together; by address where nobody is signed in. Answers as `spend` does. @throws AppError `rate_limited`
 */
export function allow(
  name: OperationName | undefined,
  caller: Caller | Visitor,
  raw?: unknown,
): Promise<void> | undefined {
  const { limit }: Partial<Operation> = name ? operations[name] : {};
  const key = 'userId' in caller ? caller.userId : addressKey(caller.address);
  // To have stopped typing is worth telling at once: without it others see the hint for seconds.
  const isEnd = limit === 'TYPING' && (raw as { typing?: unknown } | null)?.typing === false;
  return spend(isEnd ? 'REQUESTS' : (limit ?? 'REQUESTS'), key);
}

/** Who sends a request. One whose token is none counts as sent by nobody. */
export async function knownCaller(headers: Headers, visitor: Visitor): Promise<Caller> {
  try {
    return await callerFromRequest(headers, visitor);
  } catch (error) {
    const isForged = isAppError(error) && error.code === 'unauthenticated';
    if (isForged && saysWho(headers.get('authorization'), headers.get('cookie'))) {
      await spend('ANONYMOUS', addressKey(visitor.address));
    }
    throw error;
  }
}

const saysWho = (authorization?: string | null, cookie: string | null = null): boolean =>
  (authorization ?? null) !== null || sessionTokenIn(cookie) !== undefined;

// Assets come by the dozen with every page; probes have to get an answer in a storm too.
const uncounted = /^\/(_next\/static\/|api\/v1\/(health|ready)$|metrics$)/;

/** What is known of a request before anything is done for it. */
interface Knock {
  address: string;
  authorization: string | null | undefined;
  cookie: string | null | undefined;
}

/**
 * Why a request is not let in by its address, if it is not, before anything is done for it: strictly if
 * it brings nothing to say who sends it, generously if it does, since many people may share an address.
 */
export async function refusalOf(
  { address, authorization, cookie }: Knock,
  path: string,
): Promise<Refusal | null> {
  if (uncounted.test(path)) return null;
  try {
    await spend(saysWho(authorization, cookie) ? 'ADDRESS' : 'ANONYMOUS', addressKey(address));
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { code, message, details } = error;
    return { code, message, ...details };
  }
}
