import { parseRetryAfter } from '../common/retry-after.js';
import type { ModelErrorFamily } from './model-error.js';

/** What is known of a failed model call. */
export interface ModelFailure {
  /** Null when there was no answer. */
  readonly status: number | null;
  /** The body as text or parsed: an object, an array, a plain string or HTML. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** Set when there was no answer. */
  readonly cause?: 'timeout' | 'network';
}

export interface ModelErrorClass {
  readonly family: ModelErrorFamily;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
}

const RETRYABLE: ReadonlySet<ModelErrorFamily> = new Set([
  'rate',
  'overloaded',
  'server',
  'network',
  'timeout',
  'unreadable',
]);

/** Codes and types of OpenAI's error object (developer documentation, error codes) and of compatible servers. */
const BY_CODE: Record<string, ModelErrorFamily> = {
  insufficient_quota: 'quota',
  credit_balance_exhausted: 'quota',
  organization_spend_limit_exceeded: 'quota',
  project_spend_limit_exceeded: 'quota',
  organization_usage_limit_exceeded: 'quota',
  billing_not_active: 'quota',
  rate_limit_exceeded: 'rate',
  slow_down: 'overloaded',
  server_is_overloaded: 'overloaded',
  service_unavailable: 'overloaded',
  server_error: 'server',
  context_length_exceeded: 'too_long',
  string_above_max_length: 'too_long',
  model_not_found: 'model_not_found',
  invalid_api_key: 'credentials',
};

/**
 * The family of a failed call: by status, then code, then type; never by the message. Money and spending limits (429 or
 * 402) are 'quota' and never retried. `retryAfterMs` is what the server asked for, uncapped.
 */
export function classifyModelError(failure: ModelFailure, nowMs: number): ModelErrorClass {
  const family = findFamily(failure);
  return {
    family,
    retryable: RETRYABLE.has(family),
    retryAfterMs: RETRYABLE.has(family) ? readRetryAfter(failure.headers, nowMs) : null,
  };
}

function findFamily({ status, body, cause }: ModelFailure): ModelErrorFamily {
  if (cause) return cause;
  if (status === null) return 'network';
  const { code, type } = readErrorObject(body);
  const byCode = lookUp(code) ?? lookUp(type);
  if (status === 429) return byCode === 'quota' || byCode === 'overloaded' ? byCode : 'rate';
  if (status === 401) return 'credentials';
  if (status === 402) return 'quota';
  if (status === 403) return byCode === 'quota' ? 'quota' : 'credentials';
  if (status === 404) return 'model_not_found';
  if (status === 408 || status === 409) return 'server';
  if (status === 413) return 'too_long';
  if (status === 503 || status === 529) return 'overloaded';
  if (status >= 500) return 'server';
  if (status >= 300) return byCode === 'too_long' || byCode === 'model_not_found' ? byCode : 'invalid';
  // An error inside a 200 carries only its code; without one, the answer itself made no sense.
  return byCode ?? (code || type ? 'invalid' : 'unreadable');
}

const lookUp = (name: string | null) => (name !== null && Object.hasOwn(BY_CODE, name) ? BY_CODE[name] : undefined);

function readErrorObject(body: unknown): { code: string | null; type: string | null } {
  const parsed = typeof body === 'string' ? parse(body) : body;
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const error = readField(first, 'error') ?? first;
  const code = readField(error, 'code');
  const type = readField(error, 'type');
  return { code: typeof code === 'string' ? code : null, type: typeof type === 'string' ? type : null };
}

function readField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** retry-after-ms, else retry-after, else the reset of the limit that is used up. */
function readRetryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const exact = Number.parseFloat(headers['retry-after-ms'] ?? '');
  if (Number.isFinite(exact) && exact >= 0) return Math.round(exact);
  const asked = parseRetryAfter(headers['retry-after'], nowMs);
  if (asked !== null) return asked;
  const resets = ['requests', 'tokens']
    .filter((kind) => headers[`x-ratelimit-remaining-${kind}`] === '0')
    .map((kind) => parseGoDuration(headers[`x-ratelimit-reset-${kind}`]))
    .filter((ms) => ms !== null);
  return resets.length > 0 ? Math.max(...resets) : null;
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as Go prints it ("12ms", "1.5s", "6m0s") in milliseconds, or null. */
export function parseGoDuration(text: string | undefined): number | null {
  if (!text || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return Math.round(total);
}
