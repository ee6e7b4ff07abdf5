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
const mongoUri = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/\S+$/, 'must begin with mongodb:// or mongodb+srv://');

/** Every setting. `.env.example` lists them with their defaults; a test holds the two together. */
export const settings = z.object({
  PORT: port.default(5000),
  HOST: z.string().default('0.0.0.0'),
  MONGODB_URI: mongoUri.optional(),
  REDIS_URL: z
    .string()
    .refine(() => false, 'is not supported yet; run one process for each database')
    .optional(),
  DATA_DIR: z
    .string()
    .default('./data')
    .transform((directory) => path.resolve(directory)),
  SESSION_SECRET: secret.optional(),
  PUBLIC_URL: origin.optional(),
  SOCKET_URL: origin.optional(),
  ALLOWED_ORIGINS: origins.default([]),
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
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

function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, pathname, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && pathname === '/' && search === '' && hash === '';
}
