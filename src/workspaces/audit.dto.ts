import { z } from 'zod';
import { text } from '../common/fields.js';
import { PageQuery } from '../common/pagination.js';
import type { AuditEvent } from '../prisma/generated/client.js';

export const AuditEventsQuery = PageQuery.omit({ query: true }).extend({
  action: text(100).meta({ example: 'member.removed' }).optional(),
});
export type AuditEventsQuery = z.infer<typeof AuditEventsQuery>;

/** Without a userId the installation itself did it; with an apiKeyId, a program with a key that user made. */
export const AuditEventAnswer = z.object({
  id: z.string(),
  action: z.string(),
  subjectId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  userId: z.string().nullable(),
  userName: z.string().nullable(),
  apiKeyId: z.string().nullable(),
  createdAt: z.iso.datetime(),
});

/** `names` by user id; somebody whose account is gone has none. */
export function toAuditEventView(row: AuditEvent, names: ReadonlyMap<string, string>) {
  const userName = (row.userId && names.get(row.userId)) ?? null;
  return { ...row, userName, createdAt: row.createdAt.toISOString() };
}
