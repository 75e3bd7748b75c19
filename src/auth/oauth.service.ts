import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { AppError } from '../common/app-error.js';
import { hashSecret } from '../common/hash-secret.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { lockAccount } from '../users/accounts.queries.js';
import { AttemptLimitsService } from './attempt-limits.service.js';
import type { Caller } from './caller.js';
import { checkReturnPath } from './check-return-path.js';
import type { OAuthProblem } from './decide-sign-in.js';
import type { CallbackQuery } from './oauth.dto.js';
import { OAuthAccountsService } from './oauth-accounts.service.js';
import { type OAuthProvider, OAuthProvidersClient } from './oauth-providers.client.js';
import { SessionsService } from './sessions.service.js';

/** How long a person may take at the provider. */
export const ATTEMPT_SECONDS = 10 * 60;
const CODE_MS = 60_000;

/**
 * Signing in through a provider. Nothing that signs anybody in stands in an address: the provider's code is good only
 * with our secret and PKCE verifier, and ours only in the browser that began, once, within a minute.
 */
@Injectable()
export class OAuthService {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly prisma: PrismaService,
    private readonly providers: OAuthProvidersClient,
    private readonly accounts: OAuthAccountsService,
    private readonly limits: AttemptLimitsService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Where to send the browser, and the secret it keeps meanwhile.
   * @throws NOT_FOUND if the provider is not offered, TOO_MANY_REQUESTS with the wait
   */
  async begin(provider: OAuthProvider, returnTo: string | undefined, { address }: Caller) {
    this.assertOffered(provider);
    await this.limits.providerSignIn(address);
    const secrets = { state: secret(), codeVerifier: secret(), nonce: secret() };
    const location = await this.providers.authorizationUrl(provider, secrets).catch((error: unknown) => {
      this.logFailure(provider, error);
      return undefined;
    });
    if (!location) return { location: this.consoleUrl({ error: 'OAUTH_FAILED' }) };
    const browser = secret();
    const now = Date.now();
    // One that was claimed in its last second is still being completed.
    await this.prisma.oAuthAttempt.deleteMany({ where: { expiresAt: { lt: new Date(now - CODE_MS) } } });
    await this.prisma.oAuthAttempt.create({
      data: {
        provider,
        stateHash: hashSecret(secrets.state),
        codeVerifier: secrets.codeVerifier,
        nonce: secrets.nonce,
        browserHash: hashSecret(browser),
        returnTo: checkReturnPath(returnTo),
        expiresAt: new Date(now + ATTEMPT_SECONDS * 1000),
      },
    });
    return { location, browser };
  }

  /**
   * Where the browser goes that came back from a provider: to the console, with a one-time code or with a problem.
   * @throws OAUTH_FAILED for a state that this browser did not bring along, or brought before; NOT_FOUND as `begin`
   */
  async complete(
    provider: OAuthProvider,
    query: CallbackQuery,
    browser: string | undefined,
    caller: Caller,
  ): Promise<string> {
    this.assertOffered(provider);
    const { state = '', error } = query;
    const attempt = await this.claim(provider, state, browser ?? '');
    if (error !== undefined)
      return this.consoleUrl({ error: error === 'access_denied' ? 'OAUTH_CANCELLED' : 'OAUTH_FAILED' });
    const { codeVerifier, nonce, returnTo } = attempt;
    const profile = await this.providers
      .readProfile(provider, toSearch(query), { state, codeVerifier, nonce })
      .catch((failure: unknown) => this.logFailure(provider, failure));
    if (!profile) return this.consoleUrl({ error: 'OAUTH_FAILED' });
    const code = secret();
    const settled = await this.accounts.settle(provider, profile, caller, async (tx, userId) => {
      const expiresAt = new Date(Date.now() + CODE_MS);
      await tx.oAuthAttempt.update({
        where: { id: attempt.id },
        data: { userId, codeHash: hashSecret(code), expiresAt },
      });
    });
    return this.consoleUrl('problem' in settled ? { error: settled.problem } : { code, returnTo });
  }

  /** A session for a one-time code in the browser that began. @throws INVALID_TOKEN, always the same */
  async exchange(code: string, browser: string | undefined) {
    const attempt = await this.prisma.oAuthAttempt.findFirst({
      where: { codeHash: hashSecret(code), browserHash: hashSecret(browser ?? ''), expiresAt: { gt: new Date() } },
    });
    const userId = attempt?.userId;
    if (!userId) throw invalidCode();
    return this.prisma.$transaction(async (tx) => {
      // In this order: whoever takes the account over holds it while they delete its attempts.
      await lockAccount(tx, userId);
      // Whoever deletes the row has the code; a second one finds nothing.
      const { count } = await tx.oAuthAttempt.deleteMany({ where: { id: attempt.id } });
      const user = count === 1 ? await tx.user.findUnique({ where: { id: userId } }) : null;
      if (!user) throw invalidCode();
      return this.sessions.beginIn(tx, user);
    });
  }

  private assertOffered(provider: OAuthProvider): void {
    if (!this.providers.offers(provider)) throw new AppError('NOT_FOUND');
  }

  /** The attempt that this state and this browser began, used up now. @throws OAUTH_FAILED */
  private async claim(provider: OAuthProvider, state: string, browser: string) {
    const mine = { provider, stateHash: hashSecret(state), browserHash: hashSecret(browser) };
    const now = new Date();
    const [attempt] = await this.prisma.oAuthAttempt.updateManyAndReturn({
      where: { ...mine, usedAt: null, expiresAt: { gt: now } },
      data: { usedAt: now },
    });
    if (!attempt)
      throw new AppError('OAUTH_FAILED', 'This sign-in did not begin in this browser, or is over; begin again');
    return attempt;
  }

  private consoleUrl(query: { code: string; returnTo: string } | { error: OAuthProblem }): string {
    return `${this.config.publicUrl}/console/oauth?${new URLSearchParams(query)}`;
  }

  /** The provider's fault, or a registration with it that does not fit: an operator must see which. */
  private logFailure(provider: OAuthProvider, error: unknown): undefined {
    const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
    this.logger.warn({ provider, failure: { name, code, message } }, 'a sign-in through a provider failed');
  }
}

/** 32 random bytes: a state, a nonce, a PKCE verifier (RFC 7636, 4.1), a code, a cookie. */
const secret = () => randomBytes(32).toString('base64url');

const invalidCode = () => new AppError('INVALID_TOKEN', 'This sign-in is over; begin again');

/** The query again; a word that came twice is left out. */
function toSearch(query: CallbackQuery): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (typeof value === 'string') search.set(name, value);
  return search;
}
