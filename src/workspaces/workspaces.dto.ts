import { z } from 'zod';
import { ROLES } from './role-permissions.js';

/** A workspace as each face shows it. */
export const WorkspaceAnswer = {
  v2: z.object({ id: z.string(), name: z.string() }),
  own: z.object({ id: z.string(), name: z.string(), role: z.enum(ROLES) }),
};
