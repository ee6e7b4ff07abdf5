import { createHistogram, type Counts } from '../histogram.ts';

/** What happened in a measured window. */
export interface Recorded {
  confirmed: number;
  delivered: number;
  /** From when a message was due to its confirmation, and to each receiver. */
  confirmUs: Counts;
  deliverUs: Counts;
  events: Record<string, number>;
}

export interface Recording {
  confirmed(us: number): void;
  delivered(us: number): void;
  event(name: string): void;
  /** Noted at any time. */
  refused(code: string): void;
  /** How often, by code. */
  refusals(): Record<string, number>;
  begin(): void;
  end(): Recorded;
}

/** Notes nothing but refusals outside `begin` and `end`. */
export function createRecording(): Recording {
  let isOn = false;
  let confirms = createHistogram();
  let deliveries = createHistogram();
  let events: Record<string, number> = {};
  const refusals: Record<string, number> = {};
  return {
    confirmed: (us) => void (isOn && confirms.record(us)),
    delivered: (us) => void (isOn && deliveries.record(us)),
    event(name) {
      if (isOn) events[name] = (events[name] ?? 0) + 1;
    },
    refused: (code) => void (refusals[code] = (refusals[code] ?? 0) + 1),
    refusals: () => refusals,
    begin() {
      [confirms, deliveries, events] = [createHistogram(), createHistogram(), {}];
      isOn = true;
    },
    end() {
      isOn = false;
      return {
        confirmed: confirms.count(),
        delivered: deliveries.count(),
        confirmUs: confirms.counts(),
        deliverUs: deliveries.counts(),
        events,
      };
    },
  };
}
