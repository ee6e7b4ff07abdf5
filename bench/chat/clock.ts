const offsetUs = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;

/** Microseconds on the monotonic clock that all processes of this machine share. */
export const nowUs = (): number => Math.round(performance.now() * 1000 + offsetUs);
