import { z } from 'zod';
import type { Prisma } from '../prisma/generated/client.js';
import { ROLES } from './role-permissions.js';

/** What GET answers of a member, so that a read member can be sent back whole; the role is what changes. */
export const UpdateMemberBody = z
  .object({
    role: z.enum(ROLES),
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    picture: z.string().nullable(),
    joinedAt: z.string(),
  })
  .partial()
  .required({ role: true });
export type UpdateMemberBody = z.infer<typeof UpdateMemberBody>;

export const MemberAnswer = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  picture: z.string().nullable(),
  role: z.enum(ROLES),
  joinedAt: z.iso.datetime(),
});

export function toMemberView({ user, ...row }: Prisma.MembershipGetPayload<{ include: { user: true } }>) {
  const { name, email, picture } = user;
  return { userId: row.userId, name, email, picture, role: row.role, joinedAt: row.createdAt.toISOString() };
}
