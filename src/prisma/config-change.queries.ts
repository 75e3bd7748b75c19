import type { PoolClient } from 'pg';
import type { Tx } from './prisma.service.js';

/** Channel of LISTEN on which a change of configuration is announced; the payload is the workspace's id. */
const CONFIG_CHANNEL = 'tawkee_config';

/** Tells every process, once the transaction commits, that something of this workspace's configuration changed. */
export async function announceConfigChange(tx: Tx, workspaceId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${CONFIG_CHANNEL}, ${workspaceId})`;
}

/** The same, in a transaction of the shared pool. */
export async function notifyConfigChange(tx: PoolClient, workspaceId: string): Promise<void> {
  await tx.query('SELECT pg_notify($1, $2)', [CONFIG_CHANNEL, workspaceId]);
}
