/** How long, how many and how large, on both sides of the wire. */
export const limits = {
  usernameLength: { min: 3, max: 32 },
  passwordLength: { min: 8, max: 256 },
  displayNameLength: 64,
  aboutLength: 140,
  groupTitleLength: 100,
  groupMembers: 1024,
  /** UTF-8 bytes of a message's text. */
  textBytes: 64 * 1024,
  /** Bytes of a request body, and of one Socket.io packet: the longest text, with every character escaped. */
  requestBytes: 6 * 64 * 1024 + 8 * 1024,
  pageSize: 200,
  /** Bytes of texts in one page, as they are sent: a page of longer ones has fewer than were asked for. */
  pageBytes: 1024 * 1024,
  watchedUsers: 500,
  blockedUsers: 1000,
  /** People from whom last seen is hidden though they are contacts. */
  exceptedUsers: 500,
  /** Devices of a person that are sent notifications; one more takes the place of the least used. */
  pushDevices: 20,
  /** Bytes of a picture as it is sent, and its pixels; kept is a square of so many pixels a side. */
  pictureBytes: 8 * 1024 * 1024,
  picturePixels: 50_000_000,
  /** To decode one of these takes several times the memory. */
  avifPixels: 12_000_000,
  pictureSide: 320,
  editWindowMs: 15 * 60_000,
  deleteForEveryoneWindowMs: 48 * 3_600_000,
} as const;
