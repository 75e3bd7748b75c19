import { z } from 'zod';
import { text } from '../common/fields.js';
import type { RegisteredModel } from '../models/resolve-model.js';
import { SUBSCRIPTION_STATUSES } from '../workspaces/workspaces.dto.js';

/** A workspace as an operator sees it: how it stands, and nothing of what is in it. */
export const OperatedWorkspaceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(SUBSCRIPTION_STATUSES),
  credits: z.int(),
  members: z.int(),
  suspendedAt: z.iso.datetime().nullable(),
  deletedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});

/** Negative takes credits back. */
export const GrantCreditsBody = z.object({
  amount: z
    .int()
    .min(-1_000_000_000)
    .max(1_000_000_000)
    .refine((amount) => amount !== 0, 'must not be 0')
    .meta({ example: 5_000 }),
  note: text(500).nullable().optional().meta({ example: 'Order 1042' }),
});
export type GrantCreditsBody = z.infer<typeof GrantCreditsBody>;

/** A name a setting may hold. */
export const ModelName = text(200, 1).meta({ example: 'GPT_5' });

/** The whole entry; what is left out is null. The name stands in the path, and is ignored here. */
export const SaveModelBody = z.object({
  name: z.string().optional(),
  providerModel: text(200, 1).meta({ example: 'gpt-5' }),
  successor: text(200, 1).nullable().default(null).meta({ example: 'GPT_5_2' }),
  shutdownAt: z.iso
    .date()
    .refine((value) => value >= '1970', 'must be 1970 or later')
    .nullable()
    .default(null)
    .meta({ example: '2027-03-31' }),
});
export type SaveModelBody = z.infer<typeof SaveModelBody>;

/** `shutdownAt` is the first day the provider does not serve it any more. */
export const ModelAnswer = z.object({
  name: z.string(),
  providerModel: z.string(),
  successor: z.string().nullable(),
  shutdownAt: z.iso.date().nullable(),
});

export function toModelView({ shutdownAt, ...model }: RegisteredModel) {
  return { ...model, shutdownAt: shutdownAt?.toISOString().slice(0, 10) ?? null };
}

export function toModel(name: string, { providerModel, successor, shutdownAt }: SaveModelBody): RegisteredModel {
  return { name, providerModel, successor, shutdownAt: shutdownAt === null ? null : new Date(shutdownAt) };
}
