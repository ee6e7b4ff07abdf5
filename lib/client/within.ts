import { RequestError } from './errors.ts';

/** What does not answer in time is a `timeout`; it may still happen. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RequestError('timeout')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
