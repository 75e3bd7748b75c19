/** What a member may be, from most to least. */
export const ROLES = ['OWNER', 'ADMIN', 'MEMBER', 'VIEWER'] as const;
export type Role = (typeof ROLES)[number];

/**
 * What a route does: look; talk to customers and keep their contacts; change how agents work; run the team (members,
 * invitations, keys, credits, audit); decide over the workspace itself. docs/roles.md shows the same table to people.
 */
export const ACTIONS = ['read', 'chat', 'configure', 'administer', 'own'] as const;
export type Action = (typeof ACTIONS)[number];

const ALLOWED: Readonly<Record<Role, readonly Action[]>> = {
  OWNER: ['read', 'chat', 'configure', 'administer', 'own'],
  ADMIN: ['read', 'chat', 'configure', 'administer'],
  MEMBER: ['read', 'chat'],
  VIEWER: ['read'],
};

/** Whether a role may do this; a role nobody knows may do nothing. */
export function canDo(role: string, action: Action): boolean {
  return Object.hasOwn(ALLOWED, role) && ALLOWED[role as Role].includes(action);
}

/** Whether a member of this role may give `other` to somebody, or take it away: nobody hands out more than they have. */
export function outranks(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(other);
}
