/** How much is measured. */
export interface Size {
  rounds: number;
  /** Of a measured window, and before it. */
  seconds: number;
  warmupSeconds: number;
  /** Processes that make the load. */
  workers: number;
  /** In pairs; each keeps `window` messages under way. */
  users: number;
  window: number;
  /** Messages a second, in all. */
  rates: number[];
  groups: number;
  groupMembers: number;
  /** Messages a second, in all groups together. */
  groupRates: number[];
  /** Members of one group, from few to many, and messages a second in it. */
  growth: number[];
  growthRate: number;
  connections: number;
  fewMessages: number;
  manyMessages: number;
  fewConversations: number;
  manyConversations: number;
  /** Pages read of each history. */
  reads: number;
  starts: number;
  mixedUsers: number;
  mixedRates: number[];
  /** So many servers on one database, one number after the other; the first is what the others stand beside. */
  nodes: number[];
}

export const fullSize: Size = {
  rounds: 3,
  seconds: 5,
  warmupSeconds: 2,
  workers: 2,
  users: 100,
  window: 4,
  rates: [500, 2500, 10_000],
  groups: 4,
  groupMembers: 50,
  groupRates: [100, 1000],
  growth: [50, 200, 1000],
  growthRate: 20,
  connections: 500,
  fewMessages: 1000,
  manyMessages: 1_000_000,
  fewConversations: 10,
  manyConversations: 1000,
  reads: 500,
  starts: 3,
  mixedUsers: 200,
  mixedRates: [50, 200],
  nodes: [1, 2, 3],
};

export const quickSize: Size = {
  ...fullSize,
  rounds: 1,
  seconds: 3,
  warmupSeconds: 1,
  users: 40,
  rates: [500, 2500],
  groupRates: [100],
  growth: [50, 200],
  connections: 200,
  manyMessages: 100_000,
  reads: 200,
  starts: 2,
  mixedUsers: 60,
  mixedRates: [20],
  nodes: [1, 2],
};
