import { v7 as uuid7 } from 'uuid';
import type { Tx } from '../prisma/prisma.service.js';

export const CREDIT_KINDS = ['GRANT', 'HOLD', 'CHARGE', 'REFUND', 'PURCHASE'] as const;

/** A movement of credits: a whole number, negative = spent. */
export interface NewCreditEntry {
  /** A new one unless the caller must be able to say the same thing twice. */
  readonly id?: string;
  readonly workspaceId: string;
  readonly amount: number;
  readonly kind: (typeof CREDIT_KINDS)[number];
  readonly turnId?: string;
  readonly agentId?: string;
  readonly model?: string;
  readonly note?: string;
}

/**
 * Writes one entry of the ledger and moves the balance with it, in one statement: the balance is the sum of the entries
 * at every moment. False when this turn has an entry of this kind, or the id is taken: nothing was moved then. A balance below zero
 * is not refused here; who may not overdraw looks first, under `lockWorkspace`.
 */
export async function addCreditEntry(tx: Tx, entry: NewCreditEntry): Promise<boolean> {
  const { id = uuid7(), workspaceId, amount, kind, turnId = null, agentId = null, model = null, note = null } = entry;
  const moved = await tx.$executeRaw`
    WITH entry AS (
      INSERT INTO credit_entries (workspace_id, id, amount, kind, turn_id, agent_id, model, note)
      VALUES (${workspaceId}::uuid, ${id}::uuid, ${amount}::integer, ${kind}, ${turnId}::uuid, ${agentId}::uuid,
              ${model}, ${note})
      ON CONFLICT DO NOTHING
      RETURNING workspace_id, amount
    )
    UPDATE workspaces w SET credits = w.credits + entry.amount FROM entry WHERE w.id = entry.workspace_id`;
  return moved === 1;
}
