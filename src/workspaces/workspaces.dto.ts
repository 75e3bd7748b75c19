import { z } from 'zod';
import { id, text, timeZone } from '../common/fields.js';
import type { Prisma, Workspace } from '../prisma/generated/client.js';
import type { DeletedRow } from './access.queries.js';
import { ROLES, type Role } from './role-permissions.js';

export const SUBSCRIPTION_STATUSES = ['TRIAL', 'ACTIVE', 'PAST_DUE', 'CANCELED'] as const;

/** A workspace in a list, as each face shows it. */
export const WorkspaceAnswer = {
  v2: z.object({ id: z.string(), name: z.string() }),
  own: z.object({ id: z.string(), name: z.string(), role: z.enum(ROLES) }),
};

const name = text(120, 1).meta({ example: 'Doces do Porto' });

export const CreateWorkspaceBody = z.object({ name });
export type CreateWorkspaceBody = z.infer<typeof CreateWorkspaceBody>;

/** What GET answers and PUT cannot change is taken and left alone. */
export const UpdateWorkspaceBody = z
  .object({
    name,
    timezone: timeZone().meta({ example: 'America/Sao_Paulo' }),
    id: z.string(),
    status: z.string(),
    credits: z.number(),
    role: z.string(),
    suspendedAt: z.string().nullable(),
    createdAt: z.string(),
  })
  .partial()
  .required({ name: true });
export type UpdateWorkspaceBody = z.infer<typeof UpdateWorkspaceBody>;

/** The name again, as it stands: nobody deletes a workspace by a slip. */
export const DeleteWorkspaceBody = z.object({ name });
export type DeleteWorkspaceBody = z.infer<typeof DeleteWorkspaceBody>;

export const TransferWorkspaceBody = z.object({ userId: id() });
export type TransferWorkspaceBody = z.infer<typeof TransferWorkspaceBody>;

/** A workspace as a member sees it, with the role they have in it. */
export const WorkspaceDetailsAnswer = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(SUBSCRIPTION_STATUSES),
  credits: z.int(),
  role: z.enum(ROLES),
  /** The business's wall clock: its days, its working hours. */
  timezone: z.string(),
  suspendedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});

/** `erasedAt`: until then it can be restored. */
export const DeletedWorkspaceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  deletedAt: z.iso.datetime(),
  erasedAt: z.iso.datetime(),
});

export function toWorkspaceView(row: Workspace, role: Role) {
  return {
    ...row,
    role,
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toDeletedView(row: DeletedRow) {
  return { ...row, deletedAt: row.deletedAt.toISOString(), erasedAt: row.erasedAt.toISOString() };
}

/** How a workspace stands, for operators. */
export function toOperatedView({
  _count,
  ...row
}: Prisma.WorkspaceGetPayload<{ include: { _count: { select: { memberships: true } } } }>) {
  return {
    ...row,
    members: _count.memberships,
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
