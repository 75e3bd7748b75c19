import type { Tx } from '../prisma/prisma.service.js';

/** What names an agent. */
export interface AgentKey {
  readonly workspaceId: string;
  readonly agentId: string;
}

/**
 * Lets the changes of one agent follow each other until this transaction ends: each sees what the one before it left.
 * Inserts that refer to the agent go on meanwhile.
 */
export async function lockAgent(tx: Tx, { workspaceId, agentId }: AgentKey): Promise<void> {
  await tx.$executeRaw`
    SELECT id FROM agents WHERE workspace_id = ${workspaceId}::uuid AND id = ${agentId}::uuid FOR NO KEY UPDATE`;
}
