/** What a member may be, from most to least. */
export const ROLES = ['OWNER', 'ADMIN', 'MEMBER', 'VIEWER'] as const;
export type Role = (typeof ROLES)[number];

/** What a route does: look, talk to customers, change how agents work, decide over the workspace itself. */
export type Action = 'read' | 'chat' | 'configure' | 'own';

const ALLOWED: Readonly<Record<Role, readonly Action[]>> = {
  OWNER: ['read', 'chat', 'configure', 'own'],
  ADMIN: ['read', 'chat', 'configure'],
  MEMBER: ['read', 'chat'],
  VIEWER: ['read'],
};

/** Whether a role may do this; a role nobody knows may do nothing. */
export function canDo(role: string, action: Action): boolean {
  return Object.hasOwn(ALLOWED, role) && ALLOWED[role as Role].includes(action);
}
