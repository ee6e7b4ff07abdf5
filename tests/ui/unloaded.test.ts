import { describe, expect, it } from 'vitest';
import type { Message } from '#lib/contract/records.ts';
import { unloadedAfter } from '../../app/(chat)/conversation/unloaded.ts';

describe('what is new further down', () => {
  const messages = [{ seq: 60 }, { seq: 61 }] as Message[];

  it('is all from the end of what is loaded to the end of the conversation', () => {
    const log = { hasNewer: true, messages };
    expect(unloadedAfter(log, { lastSeq: 140 }, 50)).toBe(79);
    expect(unloadedAfter({ hasNewer: true, messages: [] }, { lastSeq: 140 }, 0)).toBe(140);
  });

  it('is nothing that was in view before, and nothing beyond a log that is loaded to its end', () => {
    expect(unloadedAfter({ hasNewer: true, messages }, { lastSeq: 140 }, 139)).toBe(1);
    expect(unloadedAfter({ hasNewer: true, messages }, { lastSeq: 140 }, 140)).toBe(0);
    expect(unloadedAfter({ hasNewer: false, messages }, { lastSeq: 140 }, 50)).toBe(0);
  });
});
