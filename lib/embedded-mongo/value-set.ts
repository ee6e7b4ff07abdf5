import { keyText } from './keys.ts';
import { equal } from './values.ts';

/** Values of any type, each once, as equal() tells them apart, found without looking at them all. */
export class ValueSet {
  private readonly keys = new Set<string>();
  /** Decimals that share a key with their neighbours. */
  private readonly others: unknown[] = [];

  constructor(values: readonly unknown[] = []) {
    for (const value of values) this.add(value);
  }

  has(value: unknown): boolean {
    const key = keyText(value);
    return key === undefined
      ? this.others.some((other) => equal(other, value))
      : this.keys.has(key);
  }

  /** Returns false if an equal value was there. */
  add(value: unknown): boolean {
    if (this.has(value)) return false;
    const key = keyText(value);
    if (key === undefined) this.others.push(value);
    else this.keys.add(key);
    return true;
  }
}
