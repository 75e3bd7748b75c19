import { z } from 'zod';
import { text } from '../common/fields.js';
import type { OAuthIdentity, User } from '../prisma/generated/client.js';
import type { MembershipRow } from '../workspaces/access.queries.js';
import { ACTIONS, canDo, ROLES } from '../workspaces/role-permissions.js';

const PROVIDERS = ['google', 'facebook'] as const;

const Membership = z.object({
  workspaceId: z.string(),
  workspaceName: z.string(),
  role: z.enum(ROLES),
  /** What the role may do there now; in a suspended workspace only look. */
  actions: z.array(z.enum(ACTIONS)),
  isSuspended: z.boolean(),
});

/** Who somebody is, as they see it themselves. */
export const ProfileAnswer = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  picture: z.string().nullable(),
  emailVerified: z.boolean(),
  /** False: they sign in through a provider only. */
  hasPassword: z.boolean(),
  /** Whether they run this installation. */
  isOperator: z.boolean(),
  providers: z.array(z.enum(PROVIDERS)),
  memberships: z.array(Membership),
  createdAt: z.iso.datetime(),
});

/** What GET answers and PUT cannot change is taken and left alone, so that a read profile can be sent back whole. */
export const UpdateProfileBody = z
  .object({
    name: text(120, 1).meta({ example: 'Ana Souza' }),
    picture: text(2_048).nullable().meta({ example: 'https://example.com/ana.jpg' }),
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    hasPassword: z.boolean(),
    isOperator: z.boolean(),
    providers: z.array(z.string()),
    memberships: z.array(z.looseObject({})),
    createdAt: z.string(),
  })
  .partial();
export type UpdateProfileBody = z.infer<typeof UpdateProfileBody>;

/** Somebody's profile. `isListed`: their address is one of those who run this installation. */
export function toProfileView(
  user: User & { readonly identities: readonly OAuthIdentity[] },
  memberships: readonly MembershipRow[],
  isListed: boolean,
) {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    picture: user.picture,
    emailVerified: user.emailVerifiedAt !== null,
    hasPassword: user.passwordHash !== null,
    // An address that is not proven may be anybody's.
    isOperator: isListed && user.emailVerifiedAt !== null,
    providers: [...new Set(user.identities.map((identity) => identity.provider))].sort(),
    memberships: memberships.map(toMembershipView),
    createdAt: user.createdAt.toISOString(),
  };
}

function toMembershipView({ workspaceId, workspaceName, role, isSuspended }: MembershipRow) {
  const actions = ACTIONS.filter((action) => canDo(role, action) && (!isSuspended || action === 'read'));
  return { workspaceId, workspaceName, role, actions, isSuspended };
}
