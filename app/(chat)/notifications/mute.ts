const hourMs = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hourMs).toISOString();

/** For how long a chat can be silent: what a menu about it says, and until when that is (ISO). */
export const muteChoices = [
  { label: 'mute.eightHours', inRow: 'mute.rowEightHours', until: () => inHours(8) },
  { label: 'mute.week', inRow: 'mute.rowWeek', until: () => inHours(7 * 24) },
  // There is no “for ever” on the wire.
  { label: 'mute.always', inRow: 'mute.rowAlways', until: () => '9999-12-31T00:00:00.000Z' },
] as const;
