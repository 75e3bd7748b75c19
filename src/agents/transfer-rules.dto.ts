import { z } from 'zod';
import { id, Success, text } from '../common/fields.js';
import type { TransferRule } from '../prisma/generated/client.js';

const RULE_TYPES = ['HUMAN', 'AGENT'] as const;

const writable = {
  instructions: text(5_000, 1).meta({ example: 'Quando o cliente pedir para falar com uma pessoa.' }),
  returnOnFinish: z.boolean(),
  type: z.enum(RULE_TYPES),
  /** The member a HUMAN rule names; null: whoever is there. */
  userId: id().nullable(),
  /** The agent an AGENT rule names. */
  agentId: id().nullable(),
};

export const CreateTransferRuleBody = z.object(writable).partial({ returnOnFinish: true, userId: true, agentId: true });
export type CreateTransferRuleBody = z.infer<typeof CreateTransferRuleBody>;

/** What GET answers is taken back; what is left out stays. */
export const UpdateTransferRuleBody = z.object({ ...writable, id: z.string(), createdAt: z.string() }).partial();
export type UpdateTransferRuleBody = z.infer<typeof UpdateTransferRuleBody>;

export const TransferRuleAnswer = z.object({
  id: z.string(),
  createdAt: z.iso.datetime(),
  instructions: z.string(),
  returnOnFinish: z.boolean(),
  type: z.enum(RULE_TYPES),
  agentId: z.string().nullable(),
  userId: z.string().nullable(),
});

/** Here alone the published type of `success` is a string. */
export const DeletedTransferRuleAnswer = {
  v2: z.object({ success: z.preprocess(String, z.string()) }),
  own: Success,
};

/** A rule as it is published: `agentId` is the agent it leads to, not the one it belongs to. */
export function toTransferRuleView({ createdAt, targetAgentId, ...rule }: TransferRule) {
  return { ...rule, createdAt: createdAt.toISOString(), agentId: targetAgentId };
}
