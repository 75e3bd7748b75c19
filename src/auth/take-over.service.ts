import { Injectable } from '@nestjs/common';
import type { Tx } from '../prisma/prisma.service.js';
import { UsersService } from '../users/users.service.js';
import { ApiKeysService } from '../workspaces/api-keys.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { MailedTokensService } from './mailed-tokens.service.js';
import { findWorkspaceIds } from './oauth.queries.js';
import { SessionsService } from './sessions.service.js';

/** Hands an account that was never proven to whoever has proof of its address. */
@Injectable()
export class TakeOverService {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly tokens: MailedTokensService,
    private readonly apiKeys: ApiKeysService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Leaves nothing the unproven party could come back with: no password, session, mailed link, identity, one-time code
   * or API key. The address is proven afterwards. The account must be locked.
   */
  async takeOver(tx: Tx, userId: string, person: { name: string | undefined; picture: string | undefined }) {
    await this.sessions.endAll(tx, userId);
    await this.tokens.voidAll(tx, userId, ['RESET_PASSWORD', 'VERIFY_EMAIL', 'CHANGE_EMAIL']);
    await tx.oAuthIdentity.deleteMany({ where: { userId } });
    await tx.oAuthAttempt.deleteMany({ where: { userId } });
    await this.users.update(tx, userId, { ...person, passwordHash: null, emailVerifiedAt: new Date() });
    for (const workspaceId of await findWorkspaceIds(tx, userId)) {
      await this.apiKeys.revokeOf(tx, workspaceId, userId);
      await this.audit.record(tx, { userId }, { workspaceId, action: 'member.taken_over', subjectId: userId });
    }
  }
}
