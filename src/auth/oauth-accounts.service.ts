import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { readLanguage } from '../common/language.js';
import { toStorableText } from '../common/storable-text.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { MailService } from '../mail/mail.service.js';
import { noticeMail } from '../mail/write-mail.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { lockAccount } from '../users/accounts.queries.js';
import { UsersService } from '../users/users.service.js';
import type { Caller } from './caller.js';
import { CredentialsService } from './credentials.service.js';
import { decideSignIn, type KnownAccounts, type OAuthProblem, type Profile } from './decide-sign-in.js';
import { nameWorkspace } from './name-workspace.js';
import { lockAccountByEmail } from './oauth.queries.js';
import type { OAuthProvider } from './oauth-providers.client.js';
import { TakeOverService } from './take-over.service.js';

/** Whom a profile signs in, or why nobody. */
export type SettledProfile = { readonly userId: string } | { readonly problem: OAuthProblem };

/** What the caller does with the account it is given, in the transaction that holds it. */
type Settle = (tx: Tx, userId: string) => Promise<void>;

/**
 * Owns the identities that providers vouch for: which account each opens. Whoever signs in through one holds the
 * account's row in share mode, and whoever takes the account over writes it: neither misses the other.
 */
@Injectable()
export class OAuthAccountsService {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly prisma: PrismaService,
    private readonly users: UsersService,
    private readonly takeOvers: TakeOverService,
    private readonly credentials: CredentialsService,
    private readonly mail: MailService,
  ) {}

  /** Finds, makes, links or takes over the account of a profile. */
  async settle(provider: OAuthProvider, profile: Profile, caller: Caller, settle: Settle): Promise<SettledProfile> {
    try {
      return await this.trySettle(provider, profile, caller, settle);
    } catch (error) {
      if (error instanceof AppError && error.code === 'REGISTRATION_CLOSED') return { problem: error.code };
      if (!isTaken(error)) throw error;
      // The same person came twice at once, and the other one was first: this time the account is there.
      return this.trySettle(provider, profile, caller, settle);
    }
  }

  private async trySettle(provider: OAuthProvider, profile: Profile, caller: Caller, settle: Settle) {
    const settled = await this.prisma.$transaction(async (tx) => {
      const decision = decideSignIn(profile, await this.findAccounts(tx, provider, profile));
      if (decision.kind === 'refuse') return decision;
      const { kind } = decision;
      const userId = kind === 'create' ? await this.create(tx, decision.email, profile, caller) : decision.userId;
      if (kind === 'take-over')
        await this.takeOvers.takeOver(tx, userId, { name: nameOf(profile), picture: profile.picture });
      if (kind !== 'sign-in') {
        const { subject } = profile;
        await tx.oAuthIdentity.create({ data: { provider, subject, userId, email: decision.email } });
      }
      await this.users.record(tx, userId, { action: EVENTS[kind], details: { provider }, address: caller.address });
      await settle(tx, userId);
      return { ...decision, userId };
    });
    if (settled.kind === 'refuse') return { problem: settled.problem };
    if (settled.kind === 'create' && !profile.isEmailVerified) this.credentials.askToVerify(settled.email, caller);
    if (settled.kind === 'link') this.tell(settled.email, 'providerLinked', caller);
    if (settled.kind === 'take-over') this.tell(settled.email, 'accountTakenOver', caller);
    return { userId: settled.userId };
  }

  private tell(to: string, notice: 'providerLinked' | 'accountTakenOver', { acceptLanguage }: Caller): void {
    this.mail.send({ to, ...noticeMail(readLanguage(acceptLanguage), notice) });
  }

  private async findAccounts(tx: Tx, provider: OAuthProvider, { subject, email }: Profile): Promise<KnownAccounts> {
    const where = { provider_subject: { provider, subject } };
    const found = await tx.oAuthIdentity.findUnique({ where });
    if (found) await lockAccount(tx, found.userId);
    // A take-over that held the account meanwhile has removed the identity.
    const identity = found && (await tx.oAuthIdentity.findUnique({ where }));
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
}

const EVENTS = {
  'sign-in': 'oauth.signed-in',
  create: 'oauth.registered',
  link: 'oauth.linked',
  'take-over': 'oauth.taken-over',
} as const;

/** As long as the profile takes it back. */
function nameOf({ name = '' }: Profile): string | undefined {
  return toStorableText(name.slice(0, 120)).trim() || undefined;
}

/** Whether a unique key, or the check before it, refused the row. */
function isTaken(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'EMAIL_TAKEN' || code === 'P2002';
}
