import type { Connection } from '../connection.ts';

/** Tells the server how far somebody has got, as the pages do: at once, then once in a while. */
export function createReceipts(connection: Connection, event: string, everyMs: number) {
  const marks = new Map<string, { wanted: number; told: number; isWaiting: boolean }>();

  const tell = (conversationId: string): void => {
    const mark = marks.get(conversationId)!;
    mark.isWaiting = mark.wanted > mark.told;
    if (!mark.isWaiting) return;
    mark.told = mark.wanted;
    connection.emit(event, JSON.stringify({ conversationId, seq: mark.told }));
    setTimeout(() => tell(conversationId), everyMs).unref();
  };

  return (conversationId: string, seq: number): void => {
    const mark = marks.get(conversationId) ?? { wanted: 0, told: 0, isWaiting: false };
    marks.set(conversationId, mark);
    mark.wanted = Math.max(mark.wanted, seq);
    if (!mark.isWaiting) tell(conversationId);
  };
}
