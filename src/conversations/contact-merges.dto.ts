import { z } from 'zod';
import { id } from '../common/fields.js';
import type { ContactMerge } from '../prisma/generated/client.js';
import type { Moved } from './merge-contacts.queries.js';

export const MergeContactBody = z.object({
  /** The contact that goes up in the one of the path. */
  contactId: id(),
});
export type MergeContactBody = z.infer<typeof MergeContactBody>;

export const MergeAnswer = z.object({
  id: z.string(),
  mergedContactId: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  reason: z.string(),
  userId: z.string().nullable(),
  createdAt: z.iso.datetime(),
  undoneAt: z.iso.datetime().nullable(),
});

/** A merge as people look at it: who went, why, and whether it was taken back. */
export function toMergeView(row: ContactMerge): z.input<typeof MergeAnswer> {
  const { contact } = row.moved as unknown as Moved;
  return {
    id: row.id,
    mergedContactId: row.mergedId,
    name: (contact['name'] as string | null) ?? null,
    phone: (contact['phone'] as string | null) ?? null,
    reason: row.reason,
    userId: row.userId,
    createdAt: row.createdAt.toISOString(),
    undoneAt: row.undoneAt?.toISOString() ?? null,
  };
}
