import type { Pool } from 'pg';

/**
 * Runs `work` unless somebody, in this or another process, runs work under the same number now; then it answers at once.
 * The lock belongs to a session, so it ends with its process.
 * All tenants: a lock is no row.
 */
export async function runAlone(pool: Pool, lock: number, work: () => Promise<void>): Promise<void> {
  const session = await pool.connect();
  let broken: Error | undefined;
  try {
    const { rows } = await session.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [lock]);
    if (!rows[0]?.got) return;
    try {
      await work();
    } finally {
      await session.query('SELECT pg_advisory_unlock($1)', [lock]);
    }
  } catch (error) {
    // A session that may still hold the lock must not go back to the pool.
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    session.release(broken);
  }
}
