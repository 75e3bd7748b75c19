import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../common/auth.decorators.js';
import type { Tx } from '../prisma/prisma.service.js';
import { AccessService } from './access.service.js';

/** Owns workspaces and who is a member of them. */
@Injectable()
export class WorkspacesService {
  constructor(private readonly access: AccessService) {}

  /** The caller's workspaces, oldest first, with the caller's role in each. */
  async list(user: SignedIn) {
    const memberships = await this.access.memberships(user);
    return memberships.map((m) => ({ id: m.workspaceId, name: m.workspaceName, role: m.role }));
  }

  /** Creates a workspace that this user owns; answers its id. */
  async create(tx: Tx, ownerId: string, name: string): Promise<string> {
    const workspace = await tx.workspace.create({ data: { name } });
    await tx.membership.create({ data: { workspaceId: workspace.id, userId: ownerId, role: 'OWNER' } });
    return workspace.id;
  }
}
