import { z } from 'zod';
import { text } from '../common/fields.js';
import { PageQuery } from '../common/pagination.js';
import type { HookDelivery } from '../prisma/generated/client.js';

const STATES = ['PENDING', 'DELIVERED', 'DEAD'] as const;

export const HookDeliveriesQuery = PageQuery.omit({ query: true }).extend({
  state: z.enum(STATES).optional(),
  event: text(100).meta({ example: 'onTransfer' }).optional(),
});
export type HookDeliveriesQuery = z.infer<typeof HookDeliveriesQuery>;

/** An event on its way. `nextAt` is null once there is no further attempt; `data` is what is posted. */
export const HookDeliveryAnswer = z.object({
  id: z.string(),
  agentId: z.string().nullable(),
  event: z.string(),
  url: z.string(),
  data: z.record(z.string(), z.unknown()),
  state: z.enum(STATES),
  attempts: z.int(),
  nextAt: z.iso.datetime().nullable(),
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  createdAt: z.iso.datetime(),
  deliveredAt: z.iso.datetime().nullable(),
});

export function toHookDeliveryView(row: HookDelivery) {
  return {
    ...row,
    data: row.payload,
    attempts: row.attempt,
    nextAt: row.state === 'PENDING' ? row.nextAt.toISOString() : null,
    createdAt: row.createdAt.toISOString(),
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
  };
}
