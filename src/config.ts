import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseAllowList } from './common/allow-list.js';

/** Secrets that appear in documentation or examples: production refuses them. */
const EXAMPLE_SECRETS = ['changeme', 'change-me', 'secret', 'your-secret', 'example', 'generate-me'];

const blankIsUnset = <T extends z.ZodType>(schema: T) =>
  z.preprocess((v) => (typeof v === 'string' && v.trim() === '' ? undefined : v), schema);
const port = z.coerce.number().int().min(0).max(65535);
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
  .transform((u) => u.replace(/\/+$/, ''));

const Environment = z
  .object({
    NODE_ENV: blankIsUnset(z.enum(['development', 'test', 'production']).default('development')),
    PORT: blankIsUnset(port.default(5000)),
    HOST: blankIsUnset(z.string().default('127.0.0.1')),
    ROLE: blankIsUnset(z.enum(['all', 'api', 'worker']).default('all')),
    DATABASE_URL: blankIsUnset(z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' }).optional()),
    DATA_DIR: blankIsUnset(z.string().default('./.data')),
    PUBLIC_URL: blankIsUnset(httpUrl.optional()),
    EVOLUTION_API_URL: blankIsUnset(httpUrl.optional()),
    EVOLUTION_API_KEY: blankIsUnset(z.string().optional()),
    OPENAI_API_KEY: blankIsUnset(z.string().optional()),
    OPENAI_BASE_URL: blankIsUnset(httpUrl.optional()),
    OPENAI_API: blankIsUnset(z.enum(['responses', 'chat']).optional()),
    OPENAI_MODEL: blankIsUnset(z.string().optional()),
    OPENAI_TRANSCRIBE_MODEL: blankIsUnset(z.string().default('gpt-transcribe')),
    MEDIA_MAX_BYTES: blankIsUnset(
      z.coerce
        .number()
        .int()
        .min(1_000)
        .max(100_000_000)
        .default(64 * 1024 * 1024),
    ),
    S3_BUCKET: blankIsUnset(z.string().optional()),
    S3_REGION: blankIsUnset(z.string().default('us-east-1')),
    S3_ENDPOINT: blankIsUnset(httpUrl.optional()),
    S3_ACCESS_KEY_ID: blankIsUnset(z.string().optional()),
    S3_SECRET_ACCESS_KEY: blankIsUnset(z.string().optional()),
    JWT_SECRET: blankIsUnset(z.string().optional()),
    SECRETS_KEY: blankIsUnset(z.string().optional()),
    SECRETS_KEY_PREVIOUS: blankIsUnset(z.string().optional()),
    REGISTRATION: blankIsUnset(z.enum(['open', 'invite']).optional()),
    OPERATOR_EMAILS: blankIsUnset(z.string().optional()),
    CORS_ORIGINS: blankIsUnset(z.string().optional()),
    SMTP_URL: blankIsUnset(z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// URL' }).optional()),
    MAIL_FROM: blankIsUnset(z.string().default('Tawkee <no-reply@localhost>')),
    GOOGLE_CLIENT_ID: blankIsUnset(z.string().optional()),
    GOOGLE_CLIENT_SECRET: blankIsUnset(z.string().optional()),
    FACEBOOK_APP_ID: blankIsUnset(z.string().optional()),
    FACEBOOK_APP_SECRET: blankIsUnset(z.string().optional()),
    TRIAL_CREDITS: blankIsUnset(z.coerce.number().int().min(0).max(1_000_000_000).default(10_000)),
    API_RATE_PER_MINUTE: blankIsUnset(z.coerce.number().int().min(1).max(1_000_000).default(1_200)),
    WEBHOOK_RATE_PER_CHANNEL: blankIsUnset(z.coerce.number().int().min(1).max(1_000_000).default(1_000)),
    OUTBOUND_ALLOW: blankIsUnset(z.string().optional()),
    TRUST_PROXY: blankIsUnset(z.string().optional()),
    WORKER_CONCURRENCY: blankIsUnset(z.coerce.number().int().min(1).max(10_000).default(500)),
    DATABASE_POOL_SIZE: blankIsUnset(z.coerce.number().int().min(4).max(200).default(12)),
    HISTORY_TOKENS: blankIsUnset(z.coerce.number().int().min(100).max(200_000).default(6_000)),
    LEASE_SECONDS: blankIsUnset(z.coerce.number().int().min(1).max(600).default(20)),
    MODEL_ATTEMPT_SECONDS: blankIsUnset(z.coerce.number().int().min(1).max(600).default(60)),
    DATABASE_ANSWER_SECONDS: blankIsUnset(z.coerce.number().int().min(1).max(600).default(35)),
    GATEWAY_SEND_SECONDS: blankIsUnset(z.coerce.number().int().min(1).max(600).optional()),
    GATEWAY_WORST_CASE_SECONDS: blankIsUnset(z.coerce.number().int().min(1).max(600).default(75)),
    LOG_LEVEL: blankIsUnset(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info')),
  })
  .superRefine((env, ctx) => {
    const say = (key: string, message: string) => ctx.addIssue({ code: 'custom', path: [key], message });
    if (env.EVOLUTION_API_URL && !env.EVOLUTION_API_KEY) say('EVOLUTION_API_KEY', 'is needed with EVOLUTION_API_URL');
    if (env.ROLE !== 'all' && !env.DATABASE_URL)
      say('DATABASE_URL', `is needed with ROLE=${env.ROLE}: the embedded database serves one process`);
    if (env.ROLE !== 'all' && !env.EVOLUTION_API_URL)
      say('EVOLUTION_API_URL', `is needed with ROLE=${env.ROLE}: each process would simulate a gateway of its own`);
    if (Boolean(env.GOOGLE_CLIENT_ID) !== Boolean(env.GOOGLE_CLIENT_SECRET))
      say('GOOGLE_CLIENT_SECRET', 'and GOOGLE_CLIENT_ID are needed together');
    if (Boolean(env.FACEBOOK_APP_ID) !== Boolean(env.FACEBOOK_APP_SECRET))
      say('FACEBOOK_APP_SECRET', 'and FACEBOOK_APP_ID are needed together');
    if (Boolean(env.S3_ACCESS_KEY_ID) !== Boolean(env.S3_SECRET_ACCESS_KEY))
      say('S3_SECRET_ACCESS_KEY', 'and S3_ACCESS_KEY_ID are needed together');
    if (!env.S3_BUCKET && (env.S3_ENDPOINT || env.S3_ACCESS_KEY_ID))
      say('S3_BUCKET', 'is needed with the other S3 variables');
    for (const origin of splitList(env.CORS_ORIGINS))
      if (!URL.canParse(origin) || new URL(origin).origin !== origin)
        say('CORS_ORIGINS', `has "${origin}", which is no origin such as https://app.example.com`);
    try {
      parseAllowList(splitList(env.OUTBOUND_ALLOW));
    } catch (error) {
      say('OUTBOUND_ALLOW', (error as Error).message);
    }
    if (env.NODE_ENV !== 'production') return;
    if (!env.EVOLUTION_API_URL) say('EVOLUTION_API_URL', 'is needed in production: the simulator never runs there');
    if (!env.OPENAI_API_KEY && !env.OPENAI_BASE_URL)
      say('OPENAI_API_KEY', 'or OPENAI_BASE_URL is needed in production: the offline model never runs there');
    for (const key of ['JWT_SECRET', 'SECRETS_KEY'] as const) {
      const problem = secretProblem(env[key]);
      if (problem) say(key, problem);
    }
  });

/** An installation's registration with an OAuth provider. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the provider is, when it is not where it always is: a stand-in on loopback. */
  readonly issuer?: string;
}

/** A bucket of S3, or of a server that speaks its protocol (then `endpoint` is its address). */
export interface S3Options {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  /** Undefined: the AWS SDK finds them itself (a role of the machine). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** Everything the process reads from its environment, parsed once. Times are in the unit their name ends with. */
export interface Config {
  readonly nodeEnv: 'development' | 'test' | 'production';
  readonly port: number;
  readonly host: string;
  readonly role: 'all' | 'api' | 'worker';
  /** Undefined: the embedded PostgreSQL in `dataDir` is used. */
  readonly databaseUrl: string | undefined;
  /** Absolute path. */
  readonly dataDir: string;
  /** Where the gateway reaches us; undefined until the port is known. */
  readonly publicUrl: string | undefined;
  /** Undefined: the simulator's gateway. */
  readonly evolution: { readonly url: string; readonly apiKey: string } | undefined;
  /** `baseUrl` undefined and no key: the offline model. */
  readonly openai: {
    readonly baseUrl: string | undefined;
    readonly apiKey: string | undefined;
    readonly api: 'responses' | 'chat' | undefined;
    readonly model: string | undefined;
  };
  /** The model that writes down voice messages. */
  readonly transcribeModel: string;
  /** Where files are kept; undefined: in `dataDir`/media. */
  readonly s3: S3Options | undefined;
  /** A larger file is not fetched. */
  readonly mediaMaxBytes: number;
  readonly jwtSecret: string;
  readonly secretsKey: string;
  /** Keys that older secrets may still be encrypted with, newest first. */
  readonly previousSecretsKeys: readonly string[];
  /** E-mail addresses, in lower case, of the people who run this installation. */
  readonly operatorEmails: readonly string[];
  /** Browser origins that may call us, exactly; empty: none but our own. */
  readonly corsOrigins: readonly string[];
  /** `url` undefined: mails are written to `dataDir`/outbox. */
  readonly mail: { readonly url: string | undefined; readonly from: string };
  /** Undefined: the provider is not offered. The issuer is the provider's own unless a test stands in for it. */
  readonly google: OAuthClient | undefined;
  readonly facebook: OAuthClient | undefined;
  /** What a new workspace begins with. */
  readonly trialCredits: number;
  /** Requests one API key may make a minute, and events one channel may post a second. */
  readonly apiRatePerMinute: number;
  readonly webhookRatePerChannel: number;
  /** Hosts and networks tenants may reach although they are not public: see `parseAllowList`. */
  readonly outboundAllow: readonly string[];
  readonly registration: 'open' | 'invite';
  /** Fastify's trustProxy: a hop count, true, or a list of addresses. */
  readonly trustProxy: boolean | number | string;
  readonly workerConcurrency: number;
  readonly databasePoolSize: number;
  /** How much of the open interaction a turn remembers word for word, in estimated tokens. */
  readonly historyTokens: number;
  /** How long a worker owns a turn after its last sign of life. */
  readonly leaseSeconds: number;
  /** How long one call of the model may take. */
  readonly modelAttemptSeconds: number;
  /** How long an answer of the database is waited for: longer than the statement itself may run. */
  readonly databaseAnswerSeconds: number;
  /** How long after a send began the gateway may still deliver it; reconciliation waits that long. */
  readonly gatewayWorstCaseSeconds: number;
  /** How long the answer to a send is waited for. */
  readonly gatewaySendSeconds: number;
  readonly logLevel: string;
}

/** One line per problem, each naming the variable and what to do. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Configuration is not usable:\n${problems.map((p) => `  ${p}`).join('\n')}`);
  }
}

function secretProblem(value: string | undefined): string | undefined {
  if (!value) return 'is needed in production (32 bytes or more; try: openssl rand -base64 48)';
  if (Buffer.byteLength(value) < 32) return 'must be 32 bytes or more';
  if (EXAMPLE_SECRETS.some((e) => value.toLowerCase().includes(e)) || /^(.)\1*$/.test(value))
    return 'looks like an example value; generate one (openssl rand -base64 48)';
  return undefined;
}

/** The entries of a comma-separated variable. */
function splitList(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

function oauthClient(clientId: string | undefined, clientSecret: string | undefined): OAuthClient | undefined {
  return clientId && clientSecret ? { clientId, clientSecret } : undefined;
}

function s3Options(e: z.infer<typeof Environment>): S3Options | undefined {
  if (!e.S3_BUCKET) return undefined;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = e;
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  return { bucket: e.S3_BUCKET, region: e.S3_REGION, endpoint: e.S3_ENDPOINT, credentials };
}

function parseTrustProxy(value: string | undefined): boolean | number | string {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  return /^\d+$/.test(value) ? Number(value) : value;
}

/**
 * Parses an environment. Pure but for the secrets: `keepSecret(name)` answers the generated secret kept for this
 * installation, and is asked only outside production.
 * @throws ConfigError with one line per problem
 */
export function parseConfig(env: NodeJS.ProcessEnv, keepSecret: (dataDir: string, name: string) => string): Config {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}`));
  }
  const e = parsed.data;
  const dataDir = resolve(e.DATA_DIR);
  return Object.freeze({
    nodeEnv: e.NODE_ENV,
    port: e.PORT,
    host: e.HOST,
    role: e.ROLE,
    databaseUrl: e.DATABASE_URL,
    dataDir,
    publicUrl: e.PUBLIC_URL,
    evolution: e.EVOLUTION_API_URL ? { url: e.EVOLUTION_API_URL, apiKey: e.EVOLUTION_API_KEY ?? '' } : undefined,
    openai: { baseUrl: e.OPENAI_BASE_URL, apiKey: e.OPENAI_API_KEY, api: e.OPENAI_API, model: e.OPENAI_MODEL },
    transcribeModel: e.OPENAI_TRANSCRIBE_MODEL,
    s3: s3Options(e),
    mediaMaxBytes: e.MEDIA_MAX_BYTES,
    jwtSecret: e.JWT_SECRET ?? keepSecret(dataDir, 'jwt-secret'),
    secretsKey: e.SECRETS_KEY ?? keepSecret(dataDir, 'secrets-key'),
    previousSecretsKeys: splitList(e.SECRETS_KEY_PREVIOUS),
    operatorEmails: splitList(e.OPERATOR_EMAILS).map((email) => email.toLowerCase()),
    corsOrigins: splitList(e.CORS_ORIGINS),
    mail: { url: e.SMTP_URL, from: e.MAIL_FROM },
    google: oauthClient(e.GOOGLE_CLIENT_ID, e.GOOGLE_CLIENT_SECRET),
    facebook: oauthClient(e.FACEBOOK_APP_ID, e.FACEBOOK_APP_SECRET),
    trialCredits: e.TRIAL_CREDITS,
    apiRatePerMinute: e.API_RATE_PER_MINUTE,
    webhookRatePerChannel: e.WEBHOOK_RATE_PER_CHANNEL,
    outboundAllow: splitList(e.OUTBOUND_ALLOW),
    registration: e.REGISTRATION ?? (e.NODE_ENV === 'production' ? 'invite' : 'open'),
    trustProxy: parseTrustProxy(e.TRUST_PROXY),
    workerConcurrency: e.WORKER_CONCURRENCY,
    databasePoolSize: e.DATABASE_POOL_SIZE,
    historyTokens: e.HISTORY_TOKENS,
    leaseSeconds: e.LEASE_SECONDS,
    modelAttemptSeconds: e.MODEL_ATTEMPT_SECONDS,
    databaseAnswerSeconds: e.DATABASE_ANSWER_SECONDS,
    gatewayWorstCaseSeconds: e.GATEWAY_WORST_CASE_SECONDS,
    // Whoever waits for a send longer than it may take would only delay its reconciliation.
    gatewaySendSeconds: e.GATEWAY_SEND_SECONDS ?? e.GATEWAY_WORST_CASE_SECONDS,
    logLevel: e.LOG_LEVEL,
  });
}

/** Reads `.env` (which never overrides what is already set), then parses. @throws ConfigError */
export function loadConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseConfig(process.env, generatedSecret);
}

/** A secret generated once and kept in the data folder, readable by its owner only. */
function generatedSecret(dataDir: string, name: string): string {
  const file = join(dataDir, name);
  mkdirSync(dataDir, { recursive: true });
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' });
    chmodSync(file, 0o600);
  }
  return readFileSync(file, 'utf8').trim();
}

/** The configuration once the embedded database and the stand-ins have started: nothing is left open. */
export type RuntimeConfig = Config & {
  readonly databaseUrl: string;
  readonly publicUrl: string;
  readonly evolution: { readonly url: string; readonly apiKey: string };
  /** True where the folder lock proves that no other process uses this database. */
  readonly exclusiveDatabase: boolean;
  /** Which outside worlds are stand-ins. */
  readonly simulated: { readonly gateway: boolean; readonly model: boolean };
};

/** Injection token of the RuntimeConfig. */
export const CONFIG = Symbol('CONFIG');
