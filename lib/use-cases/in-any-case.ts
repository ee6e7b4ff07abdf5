/**
 * Does the work, and then what has to follow whether it has failed or not.
 * @throws what the work has thrown, also where what follows fails as well
 */
export async function inAnyCase(
  work: () => Promise<void>,
  after: () => Promise<void>,
): Promise<void> {
  const [worked] = await Promise.allSettled([work()]);
  const [followed] = await Promise.allSettled([after()]);
  for (const outcome of [worked, followed]) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
