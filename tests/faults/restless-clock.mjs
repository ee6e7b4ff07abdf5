// Loaded before a server: its clock jumps two hours ahead or back, several times a second.
const RealDate = Date;
const hours2 = 2 * 3_600_000;
const stepMs = 170;
const now = () => RealDate.now() + (Math.floor(performance.now() / stepMs) % 3) * hours2 - hours2;

// oxlint-disable-next-line no-restricted-globals
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
