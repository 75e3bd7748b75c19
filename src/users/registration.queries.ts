import type { Tx } from '../prisma/prisma.service.js';

/** "tawk" + 1: any number nobody else locks will do. */
const REGISTRATION_LOCK = 0x7461776b01;

/**
 * Waits until no other registration is under way; freed when the transaction ends. Without it, two strangers who
 * register at the same moment would both find an empty table and both be first.
 */
export async function lockRegistration(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${REGISTRATION_LOCK}::bigint)`;
}
