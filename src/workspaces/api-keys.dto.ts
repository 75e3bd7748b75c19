import { z } from 'zod';
import { text } from '../common/fields.js';
import type { Prisma } from '../prisma/generated/client.js';

/** What a key may be: nobody makes an owner of a program. */
export const KEY_ROLES = ['ADMIN', 'MEMBER', 'VIEWER'] as const;

/** PostgreSQL's instants end earlier than JavaScript's, and no key needs to outlive this century. */
const LAST_INSTANT = '2100';

export const CreateApiKeyBody = z.object({
  name: text(120, 1).meta({ example: 'Till of the shop' }),
  role: z.enum(KEY_ROLES).default('MEMBER'),
  expiresAt: z.iso
    .datetime({ offset: true })
    .refine((value) => value < LAST_INSTANT, 'must be before the year 2100')
    .nullable()
    .optional()
    .meta({ example: '2099-12-31T00:00:00Z' }),
});
export type CreateApiKeyBody = z.infer<typeof CreateApiKeyBody>;

const shown = {
  id: z.string(),
  name: z.string(),
  role: z.enum(KEY_ROLES),
  prefix: z.string(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
};

/** A key as it is shown later: its beginning only. `createdBy` is the user's id. */
export const ApiKeyAnswer = z.object(shown);

/** The one answer that shows the whole key. */
export const NewApiKeyAnswer = z.object({ ...shown, key: z.string() });

/** The fields of a key that may be shown. */
export const SHOWN_OF_KEY = {
  id: true,
  name: true,
  role: true,
  prefix: true,
  createdById: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
  revokedAt: true,
} as const;

export function toApiKeyView(row: Prisma.ApiKeyGetPayload<{ select: typeof SHOWN_OF_KEY }>) {
  return {
    ...row,
    createdBy: row.createdById,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
