/**
 * The outcome of the work, if it comes within `ms`; the work itself goes on.
 * @throws what `tooLate` makes, when it takes longer.
 */
export const patiently = <T>(ms: number, work: Promise<T>, tooLate: () => Error): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooLate()), ms);
    const over =
      <O>(settle: (outcome: O) => void) =>
      (outcome: O): void => {
        clearTimeout(timer);
        settle(outcome);
      };
    work.then(over(resolve), over(reject));
  });
