import { isIP } from 'node:net';
import path from 'node:path';
import * as z from 'zod';
import { remember } from './runtime.ts';

const origin = z
  .string()
  .trim()
  .refine((value) => isOrigin(value), 'must be an origin, like https://chat.example.org')
  .transform((value) => new URL(value).origin);

const origins = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .transform((parts) => parts.filter(Boolean))
  .pipe(z.array(origin));

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a number from 0 to 65535');
const secret = z.string().min(16, 'must have at least 16 characters');
const contact = z
  .string()
  .trim()
  .regex(
    /^(mailto:[^@\s]+@[^@\s]+\.[^@\s]+|https:\/\/[^\s/]+\.\S+)$/,
    'must be like mailto:admin@example.org or https://example.org',
  );
const mongoUri = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/\S+$/, 'must begin with mongodb:// or mongodb+srv://');
const redisUrl = z
  .string()
  .regex(/^rediss?:\/\/\S+$/, 'must begin with redis:// or rediss://')
  .refine((value) => URL.canParse(value), 'must be like redis://host:6379/0');

/** So many `points` in so many `seconds`; at first, and after a long rest, as many as `burst`. */
export interface Rate {
  burst: number;
  points: number;
  seconds: number;
}

const rateForm = 'must be like 10/300 (10 in 300 s) or 60+2/1 (60 at once, then 2 in 1 s)';
const rate = z
  .string()
  .regex(/^([1-9]\d{0,6}\+)?[1-9]\d{0,6}\/[1-9]\d{0,4}$/, rateForm)
  .transform((value): Rate => {
    const [, burst, points, seconds] = (/^(?:(\d+)\+)?(\d+)\/(\d+)$/.exec(value) ?? []).map(Number);
    return { burst: burst || points || 0, points: points ?? 0, seconds: seconds ?? 0 };
  });
const count = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a number of at least 1')
  .transform(Number);

interface Network {
  address: string;
  bits: number;
  family: 'ipv4' | 'ipv6';
}

const namedNetworks: Record<string, string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
};
const networks = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .transform((parts) => parts.filter(Boolean).flatMap((part) => namedNetworks[part] ?? part))
  .refine(
    (parts) => parts.every((part) => networkOf(part) !== null),
    'must be addresses, networks like 10.0.0.0/8, loopback, private or linklocal',
  )
  .transform((parts) => parts.map(networkOf).filter((network) => network !== null));

/** Every setting. `.env.example` lists them with their defaults; a test holds the two together. */
export const settings = z.object({
  PORT: port.default(5000),
  HOST: z.string().default('0.0.0.0'),
  MONGODB_URI: mongoUri.optional(),
  REDIS_URL: redisUrl.optional(),
  REDIS_STREAM_LENGTH: count.prefault('10000'),
  DATA_DIR: z
    .string()
    .default('./data')
    .transform((directory) => path.resolve(directory)),
  SESSION_SECRET: secret.optional(),
  PUBLIC_URL: origin.optional(),
  SOCKET_URL: origin.optional(),
  ALLOWED_ORIGINS: origins.default([]),
  TRUSTED_PROXIES: networks.default([]),
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
  RATE_LIMIT_PASSWORD_ACCOUNT: rate.prefault('10/300'),
  RATE_LIMIT_PASSWORD_ADDRESS: rate.prefault('50/300'),
  RATE_LIMIT_REGISTER: rate.prefault('6+1/30'),
  RATE_LIMIT_MESSAGES: rate.prefault('60+2/1'),
  RATE_LIMIT_TYPING: rate.prefault('1/2'),
  RATE_LIMIT_LOOKUPS: rate.prefault('60+2/1'),
  RATE_LIMIT_PUSH: rate.prefault('20+1/5'),
  RATE_LIMIT_PICTURES: rate.prefault('10+1/30'),
  RATE_LIMIT_REQUESTS: rate.prefault('100+20/1'),
  RATE_LIMIT_ANONYMOUS: rate.prefault('100+20/1'),
  RATE_LIMIT_ADDRESS: rate.prefault('1000+200/1'),
  RATE_LIMIT_CONNECTIONS: rate.prefault('200+10/1'),
  SOCKETS_PER_USER: count.prefault('20'),
  SOCKETS_PER_ADDRESS: count.prefault('200'),
  SOCKET_QUEUE: count.prefault('1000'),
  SOCKET_BACKLOG_KIB: count.prefault('8192'),
  REST_BACKLOG_KIB: count.prefault('16384'),
  SOCKET_JOIN_SECONDS: count.prefault('8'),
  REQUEST_SECONDS: count.prefault('25'),
  PUSH: z.enum(['on', 'off']).default('on'),
  PUSH_CONTACT: contact.optional(),
  PUSH_WAIT_SECONDS: z
    .string()
    .regex(/^\d{1,2}$/, 'must be a number from 0 to 99')
    .transform(Number)
    .prefault('3'),
  PUSH_QUEUE: count.prefault('10000'),
  PUSH_ALLOW_LOOPBACK: z.enum(['on', 'off']).default('off'),
  METRICS_TOKEN: secret.optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  GITHUB_ID: z.string().min(1).optional(),
  GITHUB_SECRET: z.string().min(1).optional(),
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_NAME: z.string().min(1).default('Single sign-on'),
});

export type Env = z.output<typeof settings>;

/** A setting that cannot be used. Its message is one line that names the setting. */
export class SettingError extends Error {
  override name = 'SettingError';
}

/**
 * The settings, read once. Lazy, because `next build` loads every route module without serving.
 * @throws SettingError for the first setting that is wrong.
 */
export const env = (): Env => remember('env', () => readSettings(process.env));

/** The settings in `source`. @throws SettingError for the first one that is wrong. */
export function readSettings(source: Record<string, string | undefined>): Env {
  // An empty value means "not set", as in a copied .env.example.
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  if (parsed.success) return complete(parsed.data);
  const issue = parsed.error.issues[0];
  throw new SettingError(`${String(issue?.path[0])}: ${issue?.message}`);
}

/** Settings that only work together. */
function complete(env: Env): Env {
  for (const [name, other] of pairs) {
    if (env[name] !== undefined && env[other] === undefined) {
      throw new SettingError(`${other}: is needed beside ${name}`);
    }
  }
  return env;
}

const pairs = [
  ['GITHUB_ID', 'GITHUB_SECRET'],
  ['GITHUB_SECRET', 'GITHUB_ID'],
  ['OIDC_ISSUER', 'OIDC_CLIENT_ID'],
  ['OIDC_CLIENT_ID', 'OIDC_ISSUER'],
] as const;

/** A network as `address/bits`, or one address; null for what is neither. */
function networkOf(text: string): Network | null {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (version === 0 || more.length > 0 || bits < 0 || bits > most) return null;
  return { address, bits, family: version === 6 ? 'ipv6' : 'ipv4' };
}

function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, pathname, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && pathname === '/' && search === '' && hash === '';
}
