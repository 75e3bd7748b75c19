import type { Tx } from '../prisma/prisma.service.js';

/**
 * Waits until no other transaction changes this workspace's team or money, and keeps others waiting until this one ends.
 * Two owners who demote each other at once would otherwise both count two owners and leave none. NO KEY: rows that only
 * refer to the workspace (a new contact, a new message) are written on meanwhile.
 */
export async function lockWorkspace(tx: Tx, workspaceId: string): Promise<void> {
  await tx.$queryRaw`SELECT id AS workspace_id FROM workspaces WHERE id = ${workspaceId}::uuid FOR NO KEY UPDATE`;
}
