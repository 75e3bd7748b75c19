import type { Pool } from 'pg';

/** Deletes the counters that ended before this moment (milliseconds since 1970). All tenants: counters belong to none. */
export async function sweepLimits(pool: Pool, beforeMs: number): Promise<void> {
  await pool.query('DELETE FROM rate_limits WHERE expire < $1', [beforeMs]);
}
