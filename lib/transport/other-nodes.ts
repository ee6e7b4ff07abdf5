import { setTimeout as delay } from 'node:timers/promises';
import { isInTouch, joinNodes } from '#lib/nodes/node.ts';
import { redis } from '#lib/nodes/redis.ts';
import { relay, type Publication } from '#lib/publish.ts';
import { forgetListOrder } from '#lib/use-cases/list-order.ts';
import { presencesElsewhere, presentElsewhere, processGone } from '#lib/use-cases/presence.ts';

/** What is missed comes in bursts; after one has been seen to, the next one waits so long. */
const gatherMs = 300;
const pauseMs = 3_000;
const aloneMs = 10_000;

interface Sockets {
  /** Tells every socket of this process to look up everything. */
  welcomeAll: () => Promise<void>;
  /** Looks up for every socket whose presence it may see. */
  lookAgainAll: () => Promise<void>;
}

/**
 * Joins the other processes on the same Redis: what they publish is carried out here too. What was
 * missed, every socket is told to look up. Resolves when Redis has been tried.
 * @returns how to leave.
 */
export async function joinOthers({
  welcomeAll,
  lookAgainAll,
}: Sockets): Promise<() => Promise<void>> {
  if (!redis()) return async () => undefined;
  let isCatchingUp = false;
  let isMissing = false;
  const catchUp = async () => {
    isMissing = true;
    if (isCatchingUp) return;
    isCatchingUp = true;
    while (isMissing) {
      await delay(gatherMs, undefined, { ref: false });
      isMissing = false;
      await welcomeAll();
      await lookAgainAll();
      await delay(pauseMs, undefined, { ref: false });
    }
    isCatchingUp = false;
  };
  const leave = await joinNodes({
    publication: (publication, from) => relay(publication as Publication, from),
    present: presentElsewhere,
    presences: presencesElsewhere,
    gone: processGone,
    missed: () => {
      forgetListOrder();
      void catchUp();
    },
  });
  // Who hears nobody does not hear either that somebody may not be seen any more.
  const timer = setInterval(() => {
    if (!isInTouch()) void lookAgainAll();
  }, aloneMs).unref();
  return async () => {
    clearInterval(timer);
    await leave();
  };
}
