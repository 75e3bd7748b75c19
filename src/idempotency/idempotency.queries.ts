import type { Pool } from 'pg';

/** A request that must not be done twice. */
export interface IdempotentRequest {
  /** The person or the API key that sent it. */
  readonly ownerId: string;
  readonly key: string;
  /** SHA-256 of method, path and body. */
  readonly hash: Buffer;
}

/** What becomes of a request with a key: it runs, its answer is known, or it is refused. */
export type Claim =
  | { readonly outcome: 'run'; readonly effectId: string }
  | { readonly outcome: 'done'; readonly answer: unknown }
  | { readonly outcome: 'running' }
  | { readonly outcome: 'reused' };

// A day-old key is a new one. A run that has not ended after three minutes died with its process: the same request may
// go on, under the same effect id.
const CLAIM = `
INSERT INTO idempotency_keys AS k (owner_id, key, hash, effect_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (owner_id, key) DO UPDATE
SET hash = excluded.hash, answer = NULL, claimed_at = now(),
    effect_id = CASE WHEN k.started_at < now() - interval '1 day' THEN excluded.effect_id ELSE k.effect_id END,
    started_at = CASE WHEN k.started_at < now() - interval '1 day' THEN now() ELSE k.started_at END
WHERE k.started_at < now() - interval '1 day'
   OR (k.answer IS NULL AND k.hash = excluded.hash AND k.claimed_at < now() - interval '3 minutes')
RETURNING effect_id AS "effectId"`;

/** Claims a key for one run of its request. All tenants: a key belongs to the person or API key that sent it. */
export async function claimKey(pool: Pool, request: IdempotentRequest, newEffectId: string): Promise<Claim> {
  const { ownerId, key, hash } = request;
  const claimed = await pool.query<{ effectId: string }>(CLAIM, [ownerId, key, hash, newEffectId]);
  if (claimed.rows[0]) return { outcome: 'run', effectId: claimed.rows[0].effectId };
  const { rows } = await pool.query<{ same: boolean; answer: unknown }>(
    'SELECT hash = $3 AS same, answer FROM idempotency_keys WHERE owner_id = $1 AND key = $2',
    [ownerId, key, hash],
  );
  // Gone between the two statements: its run failed just now, and the next try will run.
  if (!rows[0]) return { outcome: 'running' };
  if (!rows[0].same) return { outcome: 'reused' };
  return rows[0].answer === null ? { outcome: 'running' } : { outcome: 'done', answer: rows[0].answer };
}

/** Keeps the answer of a run that ended well. All tenants, as above. */
export async function keepAnswer(pool: Pool, request: IdempotentRequest, answer: unknown): Promise<void> {
  await pool.query('UPDATE idempotency_keys SET answer = $3 WHERE owner_id = $1 AND key = $2', [
    request.ownerId,
    request.key,
    JSON.stringify(answer),
  ]);
}

/** Frees the key of a run that failed: the caller may try again. All tenants, as above. */
export async function freeKey(pool: Pool, request: IdempotentRequest): Promise<void> {
  await pool.query('DELETE FROM idempotency_keys WHERE owner_id = $1 AND key = $2 AND answer IS NULL', [
    request.ownerId,
    request.key,
  ]);
}

/** Forgets what is older than a day. All tenants. */
export async function sweepKeys(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM idempotency_keys WHERE started_at < now() - interval '1 day'`);
}
