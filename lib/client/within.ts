import { patiently } from '#lib/patience.ts';
import { RequestError } from './errors.ts';

/** What does not answer in time is a `timeout`; it may still happen. */
export const within = <T>(ms: number, work: Promise<T>): Promise<T> =>
  patiently(ms, work, () => new RequestError('timeout'));
