// What no answer, event or line of a log may hold. The helpers with which tests talk to servers look
// for it in all that they hear.

/** On a wire there is, besides, no place for how the server is made. */
const onAnyWire = [
  /\$argon2\w*\$/,
  /"passwordHash":/,
  /\\n +at .{1,200}:\d+:\d+/,
  /node_modules/,
  /"p256dh":/,
];
const inAnyLog = [/\$argon2\w*\$/, tokenPattern(), /correct horse/];

/** A session's or a socket's token: five parts, of which the second is empty. */
function tokenPattern(): RegExp {
  return /\beyJ[\w-]{10,}\.\.[\w-]{10,}\.[\w-]{10,}\.[\w-]+/;
}

/** @throws when this answer or event holds what nobody may be told. */
export function requireNoLeak(where: string, heard: unknown): void {
  // Who signs in gets a token, and who asks for oneself is told one's address.
  const { token: _token, ...rest } = (heard ?? {}) as { token?: unknown; user?: object };
  const { email: _email, ...user } = (rest.user ?? {}) as { email?: unknown };
  const text = JSON.stringify({ ...rest, user });
  for (const leak of [...onAnyWire, tokenPattern(), /"email":"/]) {
    const found = leak.exec(text);
    if (found) throw new Error(`${where} tells ${found[0].slice(0, 100)}`);
  }
}

/** @throws when this log holds a secret. */
export function requireNoSecret(log: string): void {
  for (const secret of inAnyLog) {
    const found = secret.exec(log);
    if (found) throw new Error(`the log tells ${found[0].slice(0, 30)}`);
  }
}
