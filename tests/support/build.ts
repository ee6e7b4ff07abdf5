import { build, isStale } from '../../lib/build/build.mjs';

/** Tests over the wire run what people run: the production build, made once if it is not there. */
export async function setup(): Promise<void> {
  if (isStale()) await build({ quiet: true });
}

export default setup;
