import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { validate as isUuid, v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { hashSecret } from '../common/hash-secret.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { lockAccount } from '../users/accounts.queries.js';
import { type AccountEvent, UsersService } from '../users/users.service.js';

export const ACCESS_TOKEN_SECONDS = 15 * 60;
export const REFRESH_TOKEN_MS = 30 * 24 * 3_600_000;

/** Whose identity was proven, and as of when. */
interface Owner {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly tokensValidFrom: Date;
}

/** What an access token says besides who: `since` is the owner's `tokensValidFrom` in milliseconds when it was made. */
interface Claims {
  readonly sub?: unknown;
  readonly since?: unknown;
}

/**
 * Owns refresh tokens: each is good once, and only its hash is kept. The tokens that followed from one sign-in are a
 * family; a token that comes a second time was stolen or leaked, and its whole family dies. Whatever begins or renews a
 * session holds the account's row in share mode, and whatever ends all sessions writes it: neither misses the other.
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly jwt: JwtService,
    private readonly users: UsersService,
  ) {}

  /**
   * Begins a session of a person whose identity was just proven, and keeps what happened.
   * @throws UNAUTHORIZED when all sessions were ended since the account was read
   */
  begin(owner: Owner, event?: AccountEvent) {
    return this.prisma.$transaction(async (tx) => {
      await lockAccount(tx, owner.id);
      const now = await tx.user.findUnique({ where: { id: owner.id } });
      if (now?.tokensValidFrom.getTime() !== owner.tokensValidFrom.getTime()) throw new AppError('UNAUTHORIZED');
      if (event) await this.users.record(tx, owner.id, event);
      return this.beginIn(tx, owner);
    });
  }

  /** As `begin`, in the transaction that has just written the account. */
  async beginIn(tx: Tx, owner: Owner) {
    return this.answer(owner, await issue(tx, owner.id, uuid7()));
  }

  /** A new pair of tokens for a refresh token that was never used. @throws UNAUTHORIZED, always the same */
  async renew(refreshToken: string | undefined) {
    const stored = await this.find(refreshToken);
    if (!stored) throw new AppError('UNAUTHORIZED');
    // One transaction: whoever comes second waits for this row, and then finds the successor to revoke with the rest.
    const next = await this.prisma.$transaction(async (tx) => {
      await lockAccount(tx, stored.userId);
      const now = new Date();
      const { count } = await tx.refreshToken.updateMany({
        where: { id: stored.id, usedAt: null, revokedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      });
      if (count === 0) return undefined;
      const owner = await tx.user.findUniqueOrThrow({ where: { id: stored.userId } });
      return this.answer(owner, await issue(tx, owner.id, stored.familyId));
    });
    if (next) return next;
    await revokeFamily(this.prisma, stored.familyId);
    throw new AppError('UNAUTHORIZED');
  }

  /** Ends the session a refresh token belongs to; a token nobody knows ends nothing. */
  async end(refreshToken: string | undefined, address: string): Promise<void> {
    const stored = await this.find(refreshToken);
    if (!stored) return;
    await this.prisma.$transaction(async (tx) => {
      await revokeFamily(tx, stored.familyId);
      await this.users.record(tx, stored.userId, { action: 'session.ended', address });
    });
  }

  /** Ends every session of a person: no token made before is good afterwards, of either kind. */
  async endAll(tx: Tx, userId: string): Promise<void> {
    await this.users.voidTokens(tx, userId);
    await tx.refreshToken.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: new Date() } });
  }

  /** Who an access token speaks for. @throws UNAUTHORIZED for anything but a token of ours that is still good */
  async verify(accessToken: string): Promise<SignedIn> {
    const claims = await this.jwt.verifyAsync<Claims>(accessToken).catch(() => undefined);
    if (typeof claims?.sub !== 'string' || !isUuid(claims.sub)) throw new AppError('UNAUTHORIZED');
    const owner = await this.users.findById(claims.sub);
    // Compared for equality: the second of `iat`, and the clocks of two processes, leave tokens in doubt.
    if (!owner || claims.since !== owner.tokensValidFrom.getTime()) throw new AppError('UNAUTHORIZED');
    return { userId: owner.id };
  }

  private async find(refreshToken: string | undefined) {
    if (!refreshToken) return null;
    return this.prisma.refreshToken.findUnique({ where: { tokenHash: hashSecret(refreshToken) } });
  }

  private async answer({ id, name, email, tokensValidFrom }: Owner, refreshToken: string) {
    const accessToken = await this.jwt.signAsync({ since: tokensValidFrom.getTime() }, { subject: id });
    return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_SECONDS, user: { id, name, email } };
  }
}

async function issue(db: Tx, userId: string, familyId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(Date.now() + REFRESH_TOKEN_MS);
  await db.refreshToken.create({ data: { userId, familyId, tokenHash: hashSecret(token), expiresAt } });
  return token;
}

async function revokeFamily(db: Tx, familyId: string): Promise<void> {
  await db.refreshToken.updateMany({ where: { familyId, revokedAt: null }, data: { revokedAt: new Date() } });
}
