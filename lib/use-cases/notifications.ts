import { createHash } from 'node:crypto';
import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import type { PushDevice } from '#lib/contract/records.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { metrics } from '#lib/metrics.ts';
import { SessionModel, type PushSubscription, type SessionDoc } from '#lib/models/session.ts';
import { urlOfEndpoint } from '#lib/push/addresses.ts';
import { isPublicKey, vapid } from '#lib/push/keys.ts';
import { sendPush } from '#lib/push/send.ts';
import { defineUseCase, type Caller } from './define.ts';

// A device is a session, and its subscription a part of that: a caller has no way to name another's.

export const readPush = defineUseCase('readPush', async (caller) => {
  const push = await subscriptionOf(caller);
  return { publicKey: serverKey(), device: push && deviceView(push) };
});

export const subscribePush = defineUseCase('subscribePush', async (caller, input) => {
  const ours = serverKey();
  if (ours === null) throw new AppError('not_found', 'This server sends no notifications.');
  const { endpoint, keys } = input;
  if (!urlOfEndpoint(endpoint)) throw invalid('endpoint', 'must be that of a push service');
  if (!isPublicKey(keys.p256dh)) throw invalid('keys.p256dh', 'must be a point of P-256');
  const before = await subscriptionOf(caller);
  const now = new Date();
  const push: PushSubscription = {
    serverKey: ours,
    key: createHash('sha256').update(endpoint).digest('base64url'),
    endpoint,
    ...keys,
    previews: input.previews ?? before?.previews ?? true,
    createdAt: before?.createdAt ?? now,
    renewedAt: now,
    provenAt: before?.endpoint === endpoint ? before.provenAt : null,
  };
  await takeOver(caller, push);
  await store(caller, push);
  await keepNewest(caller);
  return { device: deviceView(push), created: before === null };
});

export const updatePush = defineUseCase('updatePush', async (caller, { previews }) => {
  const session = await SessionModel.findOneAndUpdate(
    { ...ownSession(caller), 'push.key': { $type: 'string' } },
    { $set: { 'push.previews': previews } },
    { returnDocument: 'after' },
  ).lean<SessionDoc>();
  if (!session?.push) throw notSubscribed();
  return { device: deviceView(session.push) };
});

export const unsubscribePush = defineUseCase('unsubscribePush', async (caller) => {
  await SessionModel.updateOne(ownSession(caller), { $set: { push: null } });
  return {};
});

/** Less than a caller waits for an answer (ms). */
const testWithinMs = 4_000;

export const testPush = defineUseCase('testPush', async (caller) => {
  const push = await subscriptionOf(caller);
  if (!push) throw notSubscribed();
  const { is } = await sendPush(
    push,
    { kind: 'test', sentAt: new Date().toISOString() },
    { urgency: 'high', ttlSeconds: 60 },
    testWithinMs,
  );
  const outcome = is === 'later' ? 'failed' : is;
  metrics().pushes.inc({ outcome: outcome === 'gone' ? 'pruned' : outcome });
  if (outcome === 'gone') await prune(push);
  if (outcome === 'sent') await noteProof(push);
  return { outcome };
});

/** Forgets a subscription that its push service has forgotten, unless it has been renewed since. */
export async function prune({ key }: Pick<PushSubscription, 'key'>): Promise<void> {
  await SessionModel.updateOne(withKey(key), { $set: { push: null } });
}

export async function noteProof({ key }: Pick<PushSubscription, 'key'>): Promise<void> {
  await SessionModel.updateOne(withKey(key), { $set: { 'push.provenAt': new Date() } });
}

/**
 * Ends the subscription that another session has of the same browser: whoever was signed in there is
 * so no more. Who knows the endpoint alone, and not its keys, is somebody else.
 */
async function takeOver(caller: Caller, { key, p256dh, auth }: PushSubscription): Promise<void> {
  const other = await SessionModel.findOne({
    ...withKey(key),
    _id: { $ne: caller.sessionId },
  }).lean<SessionDoc>();
  if (!other?.push) return;
  if (other.push.p256dh !== p256dh || other.push.auth !== auth) throw taken();
  await SessionModel.updateOne({ _id: other._id, ...withKey(key) }, { $set: { push: null } });
}

async function store(caller: Caller, push: PushSubscription): Promise<void> {
  try {
    const { matchedCount } = await SessionModel.updateOne(ownSession(caller), { $set: { push } });
    if (matchedCount === 0) throw new AppError('unauthenticated', 'Sign in first.');
  } catch (error) {
    // Two sessions of one browser at the same moment: the other one was faster.
    throw isDuplicateKey(error) ? taken() : error;
  }
}

async function keepNewest({ userId }: Caller): Promise<void> {
  const tooMany = await SessionModel.find(
    { user: userId, 'push.key': { $type: 'string' } },
    { _id: 1 },
  )
    .sort({ 'push.renewedAt': -1 })
    .skip(limits.pushDevices)
    .lean<Pick<SessionDoc, '_id'>[]>();
  if (tooMany.length === 0) return;
  const _id = { $in: tooMany.map((session) => session._id) };
  await SessionModel.updateMany({ _id }, { $set: { push: null } });
}

/** One made for keys that we have no more is none: nothing sent to it would be shown. */
async function subscriptionOf(caller: Caller): Promise<PushSubscription | null> {
  const session = await SessionModel.findOne(ownSession(caller)).lean<SessionDoc>();
  return session?.push?.serverKey === serverKey() ? (session?.push ?? null) : null;
}

const serverKey = (): string | null => vapid()?.publicKey ?? null;

// Said twice, for a database that finds by a partial index only what is surely in it.
const withKey = (key: string) => ({ 'push.key': { $eq: key, $type: 'string' as const } });

const ownSession = ({ sessionId, userId }: Caller) => ({ _id: sessionId, user: userId });

const deviceView = ({
  key,
  previews,
  createdAt,
  renewedAt,
  provenAt,
}: PushSubscription): PushDevice => ({
  key,
  previews,
  createdAt: createdAt.toISOString(),
  renewedAt: renewedAt.toISOString(),
  provenAt: provenAt?.toISOString() ?? null,
});

const notSubscribed = () => new AppError('not_found', 'This device has no notifications.');
const taken = () => new AppError('conflict', 'Another device has this subscription.');
const invalid = (path: string, message: string) =>
  new AppError('invalid_input', 'The input is not what this takes.', {
    issues: [{ path, message }],
  });
