import type { Tx } from '../prisma/prisma.service.js';

/** Lets the changes of one training follow each other until this transaction ends. */
export async function lockTraining(tx: Tx, key: { workspaceId: string; trainingId: string }): Promise<void> {
  await tx.$executeRaw`
    SELECT id FROM trainings
    WHERE workspace_id = ${key.workspaceId}::uuid AND id = ${key.trainingId}::uuid FOR NO KEY UPDATE`;
}
