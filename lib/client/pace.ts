import { clientErrorOf, isPassing } from './errors.ts';

const intervalMs = 1000;
const retryMs = 5000;
const mostAtOnce = 4;

interface Mark {
  wanted: number;
  accepted: number;
  isSending: boolean;
  /** The connection went: it is sent after the next `ready`. */
  isHeld: boolean;
  timer?: ReturnType<typeof setTimeout>;
}

interface Pace {
  mark(id: string, seq: number): void;
  /** Sends what a lost connection held back. */
  resume(): void;
  stop(): void;
}

/** Tells the server the highest seq of each conversation: at once, then at most once a second. */
export function createPace(send: (id: string, seq: number) => Promise<unknown>): Pace {
  const marks = new Map<string, Mark>();

  const queue = new Set<string>();
  let sending = 0;

  const next = (id: string, mark: Mark) => {
    if (mark.wanted <= mark.accepted || mark.isSending || mark.isHeld || mark.timer) return;
    queue.add(id);
    sendQueued();
  };

  const sendQueued = () => {
    for (const id of queue) {
      if (sending >= mostAtOnce) return;
      queue.delete(id);
      const mark = marks.get(id);
      if (mark) void sendMark(id, mark);
    }
  };

  const pause = (id: string, mark: Mark, ms: number) => {
    clearTimeout(mark.timer);
    mark.timer = setTimeout(() => {
      delete mark.timer;
      next(id, mark);
    }, ms);
  };

  const sendMark = async (id: string, mark: Mark) => {
    const seq = mark.wanted;
    mark.isSending = true;
    sending += 1;
    pause(id, mark, intervalMs);
    try {
      await send(id, seq);
      mark.accepted = Math.max(mark.accepted, seq);
    } catch (error) {
      if (!isPassing(error)) mark.accepted = Math.max(mark.accepted, seq);
      else if (clientErrorOf(error).code === 'offline') mark.isHeld = true;
      else if (marks.get(id) === mark) pause(id, mark, retryMs);
    }
    mark.isSending = false;
    sending -= 1;
    sendQueued();
    if (marks.get(id) === mark) next(id, mark);
  };

  return {
    mark(id, seq) {
      const mark = marks.get(id) ?? { wanted: 0, accepted: 0, isSending: false, isHeld: false };
      marks.set(id, mark);
      mark.wanted = Math.max(mark.wanted, seq);
      next(id, mark);
    },
    resume() {
      for (const [id, mark] of marks) {
        mark.isHeld = false;
        next(id, mark);
      }
    },
    stop() {
      for (const mark of marks.values()) clearTimeout(mark.timer);
      marks.clear();
      queue.clear();
    },
  };
}
