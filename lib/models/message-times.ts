import type { Types } from 'mongoose';
import { MessageModel, type MessageDoc } from './message.ts';

/**
 * The seq of the conversation's first message that was sent then or later; one past the last where none was.
 * Halves the log by its (conversation, seq) index, as times grow with seqs: around a clock that was
 * set back, it may be a message nearby.
 */
export async function firstSeqSince(conversation: Types.ObjectId, at: Date): Promise<number> {
  const probe = (seq: object, sort: 1 | -1) =>
    MessageModel.findOne({ conversation, seq })
      .sort({ seq: sort })
      .select({ seq: 1, createdAt: 1 })
      .lean<Pick<MessageDoc, 'seq' | 'createdAt'>>();
  const last = await probe({ $gte: 1 }, -1);
  let low = 1;
  let high = (last?.seq ?? 0) + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = await probe({ $gte: middle, $lt: high }, 1);
    if (!found || found.createdAt >= at) high = middle;
    else low = found.seq + 1;
  }
  return high;
}
