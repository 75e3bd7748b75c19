import type { Tx } from '../prisma/prisma.service.js';

/**
 * Creates the built-in channel through which the API talks to an agent. It is the one channel row written here and not
 * by `channels`: an agent without it is not whole, and `channels` stands above `agents`.
 */
export async function createApiChannel(tx: Tx, agent: { workspaceId: string; id: string }): Promise<void> {
  const { workspaceId, id: agentId } = agent;
  await tx.channel.create({ data: { workspaceId, agentId, type: 'API', name: 'API', state: 'open' } });
}

/** Deletes what `createApiChannel` made, with the chats on it. */
export async function deleteApiChannel(tx: Tx, agent: { workspaceId: string; agentId: string }): Promise<void> {
  const { workspaceId, agentId } = agent;
  await tx.channel.deleteMany({ where: { workspaceId, agentId, type: 'API' } });
}
