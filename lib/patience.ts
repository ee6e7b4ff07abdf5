/**
 * The outcome of the work, if it comes within `ms`; the work itself goes on.
 * @throws what `tooLate` makes, when it takes longer.
 */
export async function patiently<T>(ms: number, work: Promise<T>, tooLate: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
