import { z } from 'zod';
import { PageQuery } from '../common/pagination.js';
import type { CreditEntry } from '../prisma/generated/client.js';
import { CREDIT_KINDS } from './credits.queries.js';
import { SUBSCRIPTION_STATUSES } from './workspaces.dto.js';

/** The balance, as both faces show it. */
export const CreditsAnswer = z.object({ credits: z.int(), status: z.enum(SUBSCRIPTION_STATUSES) });

/** PostgreSQL has no year 0, and we had no customers before 1970. */
const instant = z.iso
  .datetime({ offset: true })
  .refine((value) => value >= '1970', 'must be 1970 or later')
  .meta({ example: '2026-11-01T00:00:00Z' });

/** `from` is in the period, `to` is not. */
export const CreditEntriesQuery = PageQuery.omit({ query: true }).extend({
  kind: z.enum(CREDIT_KINDS).optional(),
  from: instant.optional(),
  to: instant.optional(),
});
export type CreditEntriesQuery = z.infer<typeof CreditEntriesQuery>;

/** One movement; `amount` is negative where credits were spent. */
export const CreditEntryAnswer = z.object({
  id: z.string(),
  amount: z.int(),
  kind: z.enum(CREDIT_KINDS),
  turnId: z.string().nullable(),
  agentId: z.string().nullable(),
  model: z.string().nullable(),
  note: z.string().nullable(),
  createdAt: z.iso.datetime(),
});

export function toCreditEntryView(row: CreditEntry) {
  return { ...row, createdAt: row.createdAt.toISOString() };
}
