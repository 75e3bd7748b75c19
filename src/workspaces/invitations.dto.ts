import { z } from 'zod';
import { email } from '../common/fields.js';
import type { Prisma } from '../prisma/generated/client.js';
import { ROLES } from './role-permissions.js';

/** What somebody may be invited as: ownership is transferred, not given away by mail. */
export const INVITED_ROLES = ['ADMIN', 'MEMBER', 'VIEWER'] as const;

export const CreateInvitationBody = z.object({ email: email(), role: z.enum(INVITED_ROLES) });
export type CreateInvitationBody = z.infer<typeof CreateInvitationBody>;

export const InvitationTokenBody = z.object({
  token: z.string().max(512).meta({ example: 'the part after #token= in the link of the mail' }),
});
export type InvitationTokenBody = z.infer<typeof InvitationTokenBody>;

/** An invitation nobody has accepted yet. `invitedBy` is the user's id. The token is in the mail and nowhere else. */
export const InvitationAnswer = z.object({
  id: z.string(),
  email: z.string(),
  role: z.enum(INVITED_ROLES),
  invitedBy: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

/** What whoever holds the token is shown before they accept. */
export const InvitationPreviewAnswer = z.object({
  workspaceName: z.string(),
  email: z.string(),
  role: z.enum(INVITED_ROLES),
});

export const AcceptedInvitationAnswer = z.object({ workspaceId: z.string(), role: z.enum(ROLES) });

/** The fields of an invitation that may be shown. */
export const SHOWN_OF_INVITATION = {
  id: true,
  email: true,
  role: true,
  invitedById: true,
  createdAt: true,
  expiresAt: true,
} as const;

export function toInvitationView(row: Prisma.InvitationGetPayload<{ select: typeof SHOWN_OF_INVITATION }>) {
  return {
    ...row,
    invitedBy: row.invitedById,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}
