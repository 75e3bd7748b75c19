import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../common/auth.decorators.js';
import type { Prisma } from '../prisma/generated/client.js';
import type { Tx } from '../prisma/prisma.service.js';

/** Something that changed access, money or agents. `details` never holds a secret. */
export interface Audited {
  readonly workspaceId: string;
  /** "noun.verb": agent.updated, member.removed. */
  readonly action: string;
  readonly subjectId?: string;
  readonly details?: Prisma.InputJsonObject;
}

/** Keeps who changed what, in the transaction of the change: neither is there without the other. */
@Injectable()
export class AuditService {
  /** `actor` undefined: the installation itself. */
  async record(
    tx: Tx,
    actor: SignedIn | undefined,
    { workspaceId, action, subjectId, details }: Audited,
  ): Promise<void> {
    await tx.auditEvent.create({
      data: { workspaceId, userId: actor?.userId, apiKeyId: actor?.apiKey?.id, action, subjectId, details },
    });
  }
}
