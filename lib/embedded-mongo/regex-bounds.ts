import { StoreError } from './errors.ts';
import { isTurnLong, turnStart } from './turn.ts';

// JavaScript's engine tries every way a pattern could match, and nothing interrupts it: one like
// ^(a+)+$ would hold the thread, and everybody with it, for seconds or for ever. So the work that
// a pattern can make on a text is estimated, rather too high than too low, and bounded.

const maxPatternLength = 1000;
/** About a tenth of a second. */
const maxSteps = 5e7;
/** Too little to be added up. */
const shortWork = 1e5;
/** A pattern that is too costly for so short a text is refused at once. */
const shortText = 64;

/** On a text of n characters a pattern takes at most about factor * n ** degree / degree! steps. */
interface Cost {
  factor: number;
  degree: number;
}

interface Group {
  alternatives: number;
  /** It can match one text in several ways: repeated, the ways would multiply without end. */
  isAmbiguous: boolean;
}

/** Escapes and classes as one token each, the opening of a group with what makes it special. */
const tokens =
  /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:[:=!]|<[=!]|<\w+>)|\{\d+(?:,\d*)?\}|[\s\S]/gu;

const refusal = (pattern: string, reason: string): StoreError =>
  new StoreError(
    51091,
    `Regular expression is invalid: ${pattern.slice(0, 100)}: the embedded store does not run patterns ${reason}`,
  );

/** How often a token lets what is before it come: undefined if it is no repetition. */
function timesOf(token: string): { least: number; most: number } | undefined {
  if (token === '?') return { least: 0, most: 1 };
  if (token === '*' || token === '+') return { least: Number(token === '+'), most: Infinity };
  const counts = /^\{(\d+)(,?)(\d*)\}$/.exec(token);
  if (!counts) return undefined;
  const least = Number(counts[1]);
  if (counts[2] === '') return { least, most: least };
  return { least, most: counts[3] === '' ? Infinity : Number(counts[3]) };
}

/** Reads a pattern from left to right and adds up what its parts may cost. */
class CostReader {
  readonly cost: Cost;
  private readonly groups: Group[] = [{ alternatives: 1, isAmbiguous: false }];
  /** The group that ended just now. */
  private closed: Group | undefined;
  private wasRepetition = false;

  constructor(
    private readonly pattern: string,
    isAnchored: boolean,
  ) {
    this.cost = { factor: 1, degree: isAnchored ? 0 : 1 };
  }

  read(): Cost {
    for (const [token] of this.pattern.matchAll(tokens)) {
      const before = this.closed;
      this.closed = undefined;
      const times = timesOf(token);
      // A ? behind a repetition makes it lazy, which takes as long.
      const isLazy = this.wasRepetition && token === '?';
      this.wasRepetition = times !== undefined && !isLazy;
      if (!times) this.readPart(token);
      else if (!isLazy) this.repeat(before, times);
    }
    this.cost.factor *= this.groups[0]!.alternatives;
    return this.cost;
  }

  private readPart(token: string): void {
    const group = this.groups.at(-1)!;
    if (token.startsWith('(')) this.groups.push({ alternatives: 1, isAmbiguous: false });
    else if (token === '|') {
      group.alternatives++;
      group.isAmbiguous = true;
    } else if (token === ')' && this.groups.length > 1) {
      this.closed = this.groups.pop()!;
      this.cost.factor *= this.closed.alternatives;
      this.groups.at(-1)!.isAmbiguous ||= this.closed.isAmbiguous;
    }
  }

  private repeat(group: Group | undefined, { least, most }: { least: number; most: number }): void {
    if (group?.isAmbiguous && most > 1) {
      throw refusal(this.pattern, 'that repeat a group with a repetition or a choice in it');
    }
    this.groups.at(-1)!.isAmbiguous ||= most !== least;
    if (most === Infinity) this.cost.degree++;
    else this.cost.factor *= most - least + 1;
  }
}

function steps({ factor, degree }: Cost, length: number): number {
  // Going back through several repetitions takes longer for each step.
  let result = degree > 2 ? factor * 3 : factor;
  for (let i = 1; i <= degree; i++) result *= length / i;
  return result;
}

/** What the patterns may have cost since the turn of others before. */
const spent = { turn: NaN, steps: 0 };

/**
 * Between two documents others get a turn; a document of many long texts is refused, if it really
 * takes long: most patterns take far fewer steps than they might.
 */
function spend(needed: number, source: string): void {
  const turn = turnStart();
  spent.steps = spent.turn === turn ? spent.steps + needed : needed;
  spent.turn = turn;
  if (spent.steps > 2 * maxSteps && isTurnLong()) {
    throw refusal(source, 'like this on documents of so many long texts');
  }
}

/** The test of a pattern on texts, which refuses rather than take long. */
export function boundedTest(regex: RegExp): (text: string) => boolean {
  const { source } = regex;
  if (source.length > maxPatternLength) {
    throw refusal(source, `longer than ${maxPatternLength} characters`);
  }
  if (/\\[1-9]|\\k</.test(source)) throw refusal(source, 'with back references');
  const isAnchored = source.startsWith('^') && !regex.multiline && !source.includes('|');
  const cost = new CostReader(source, isAnchored).read();
  if (steps(cost, shortText) > maxSteps) throw refusal(source, 'with so many choices');
  return (text) => {
    const needed = steps(cost, text.length);
    if (needed > maxSteps) {
      throw refusal(source, `like this on texts of ${text.length} characters`);
    }
    if (needed > shortWork) spend(needed, source);
    return regex.test(text);
  };
}
