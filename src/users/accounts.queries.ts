import type { Tx } from '../prisma/prisma.service.js';

/**
 * Holds an account in share mode until the transaction ends: others may hold it too, but nobody writes it meanwhile.
 * All tenants: an account belongs to no workspace.
 */
export async function lockAccount(tx: Tx, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR SHARE`;
}

/**
 * Moves the moment from which an account's tokens are good; it rises also within one millisecond, and against a clock
 * that was set back.
 * All tenants: an account belongs to no workspace.
 */
export async function raiseTokensValidFrom(tx: Tx, userId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE users SET tokens_valid_from = GREATEST(clock_timestamp(), tokens_valid_from + interval '1 ms')
    WHERE id = ${userId}::uuid`;
}
