import type { Input, OperationName, Operations, Output } from '#lib/contract/operations.ts';

/** Who is at the other end of a request that needs no session. */
export interface Visitor {
  /** What asks: a user agent, cut to a sensible length. */
  device: string;
  address: string;
}

/** Somebody signed in, whose session has just been checked. Ids are hex strings. */
export interface Caller extends Visitor {
  userId: string;
  sessionId: string;
  /** Of a command that came over a socket. */
  socketId?: string;
}

type CallerOf<N extends OperationName> = Operations[N]['access'] extends 'signed-in'
  ? Caller
  : Visitor;

/** An answer; `created: false` says that the thing was there before (201 or 200 on REST). */
export type Answer<N extends OperationName> = Output<N> & { created?: boolean };

/** The operations that are answered wherever they come from, as opposed to a socket's own state. */
export type UseCaseName = Exclude<OperationName, 'watchPresence' | 'setVisible'>;

/**
 * A verb of the product: checks that the caller may, writes, publishes, answers. The input has been
 * parsed by the contract. It throws an AppError to refuse.
 */
export type UseCase<N extends OperationName> = (
  caller: CallerOf<N>,
  input: Input<N>,
) => Promise<Answer<N>>;

/** Gives a use case its types from the contract. */
export const defineUseCase = <N extends UseCaseName>(_name: N, run: UseCase<N>): UseCase<N> => run;
