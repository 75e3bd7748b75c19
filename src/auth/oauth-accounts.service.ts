import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { toStorableText } from '../common/storable-text.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { UsersService } from '../users/users.service.js';
import { ApiKeysService } from '../workspaces/api-keys.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import type { Caller } from './caller.js';
import { decideSignIn, type OAuthProblem, type Profile } from './decide-sign-in.js';
import { nameWorkspace } from './name-workspace.js';
import { findWorkspaceIds, lockAccountByEmail } from './oauth.queries.js';
import type { OAuthProvider } from './oauth-providers.client.js';

/** Whom a profile signs in, or why nobody. */
export type SettledProfile = { readonly userId: string } | { readonly problem: OAuthProblem };

/** Owns the identities that providers vouch for: which account each opens. */
@Injectable()
export class OAuthAccountsService {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly prisma: PrismaService,
    private readonly users: UsersService,
    private readonly apiKeys: ApiKeysService,
    private readonly audit: AuditService,
  ) {}

  /** Finds, makes, links or takes over the account of a profile. */
  async settle(provider: OAuthProvider, profile: Profile, caller: Caller): Promise<SettledProfile> {
    try {
      return await this.trySettle(provider, profile, caller);
    } catch (error) {
      if (error instanceof AppError && error.code === 'REGISTRATION_CLOSED') return { problem: error.code };
      if (!isTaken(error)) throw error;
      // The same person came twice at once, and the other one was first: this time the account is there.
      return this.trySettle(provider, profile, caller);
    }
  }

  private trySettle(provider: OAuthProvider, profile: Profile, caller: Caller): Promise<SettledProfile> {
    return this.prisma.$transaction(async (tx) => {
      const decision = decideSignIn(profile, await this.findAccounts(tx, provider, profile));
      if (decision.kind === 'refuse') return { problem: decision.problem };
      const userId =
        decision.kind === 'create' ? await this.create(tx, decision.email, profile, caller) : decision.userId;
      if (decision.kind === 'take-over') await this.takeOver(tx, userId, profile);
      if (decision.kind !== 'sign-in') {
        const { subject } = profile;
        await tx.oAuthIdentity.create({ data: { provider, subject, userId, email: decision.email } });
      }
      const action = EVENTS[decision.kind];
      await tx.accountEvent.create({ data: { userId, action, details: { provider }, address: caller.address } });
      return { userId };
    });
  }

  private async findAccounts(tx: Tx, provider: OAuthProvider, { subject, email }: Profile) {
    const identity = await tx.oAuthIdentity.findUnique({ where: { provider_subject: { provider, subject } } });
    const byEmail = identity || email === undefined ? undefined : await lockAccountByEmail(tx, email);
    return { identityUserId: identity?.userId, byEmail };
  }

  private async create(tx: Tx, email: string, profile: Profile, caller: Caller): Promise<string> {
    const name = nameOf(profile) ?? email.slice(0, email.indexOf('@'));
    const user = await this.users.createIn(tx, {
      name,
      email,
      passwordHash: null,
      picture: profile.picture,
      emailVerifiedAt: profile.isEmailVerified ? new Date() : undefined,
      workspaceName: nameWorkspace(name, caller.acceptLanguage),
      onlyFirst: this.config.registration === 'invite',
    });
    return user.id;
  }

  /** Leaves nothing of what the unproven party could come back with, and marks the address as proven. */
  private async takeOver(tx: Tx, userId: string, profile: Profile): Promise<void> {
    const now = new Date();
    await tx.oAuthIdentity.deleteMany({ where: { userId } });
    await tx.oAuthAttempt.deleteMany({ where: { userId } });
    await tx.mailedToken.updateMany({ where: { userId, usedAt: null }, data: { usedAt: now } });
    await tx.refreshToken.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: now } });
    await tx.user.update({
      where: { id: userId },
      data: {
        passwordHash: null,
        tokensValidFrom: now,
        emailVerifiedAt: now,
        name: nameOf(profile),
        picture: profile.picture,
      },
    });
    for (const workspaceId of await findWorkspaceIds(tx, userId)) {
      await this.apiKeys.revokeOf(tx, workspaceId, userId);
      await this.audit.record(tx, { userId }, { workspaceId, action: 'member.taken_over', subjectId: userId });
    }
  }
}

const EVENTS = {
  'sign-in': 'oauth.signed-in',
  create: 'oauth.registered',
  link: 'oauth.linked',
  'take-over': 'oauth.taken-over',
} as const;

function nameOf({ name }: Profile): string | undefined {
  return toStorableText(name ?? '', 120).trim() || undefined;
}

/** Whether a unique key, or the check before it, refused the row. */
function isTaken(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'EMAIL_TAKEN' || code === 'P2002';
}
