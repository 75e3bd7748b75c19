import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { v7 as uuid7 } from 'uuid';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';

export const ACCESS_TOKEN_SECONDS = 15 * 60;
const REFRESH_TOKEN_MS = 30 * 24 * 3_600_000;

type Owner = { id: string; name: string; email: string };

/**
 * Owns refresh tokens: each is good once, and only its hash is kept. The tokens that followed from one sign-in are a
 * family; a token that comes a second time was stolen or leaked, and its whole family dies.
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly jwt: JwtService,
  ) {}

  /** Begins a session of a person whose identity was just proven. */
  async begin(user: Owner) {
    return this.answer(user, await issue(this.prisma, user.id, uuid7()));
  }

  /** A new pair of tokens for a refresh token that was never used. @throws UNAUTHORIZED, always the same */
  async renew(refreshToken: string) {
    const tokenHash = hashToken(refreshToken);
    const stored = await this.prisma.refreshToken.findUnique({ where: { tokenHash }, include: { user: true } });
    if (!stored) throw new AppError('UNAUTHORIZED');
    // One transaction: whoever comes second waits for this row, and then finds the successor to revoke with the rest.
    const next = await this.prisma.$transaction(async (tx) => {
      const now = new Date();
      const { count } = await tx.refreshToken.updateMany({
        where: { id: stored.id, usedAt: null, revokedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      });
      return count === 1 ? issue(tx, stored.userId, stored.familyId) : undefined;
    });
    if (next) return this.answer(stored.user, next);
    await this.revokeFamily(stored.familyId);
    throw new AppError('UNAUTHORIZED');
  }

  /** Who an access token speaks for. @throws UNAUTHORIZED for anything but a token of ours that is still good */
  async verify(accessToken: string): Promise<SignedIn> {
    const claims = await this.jwt.verifyAsync<{ sub?: unknown }>(accessToken).catch(() => undefined);
    if (typeof claims?.sub !== 'string') throw new AppError('UNAUTHORIZED');
    return { userId: claims.sub };
  }

  private async revokeFamily(familyId: string): Promise<void> {
    await this.prisma.refreshToken.updateMany({
      where: { familyId, revokedAt: null },
      data: { revokedAt: new Date() },
    });
  }

  private async answer(user: Owner, refreshToken: string) {
    const accessToken = await this.jwt.signAsync({}, { subject: user.id });
    return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_SECONDS, user };
  }
}

async function issue(db: Tx, userId: string, familyId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(Date.now() + REFRESH_TOKEN_MS);
  await db.refreshToken.create({ data: { userId, familyId, tokenHash: hashToken(token), expiresAt } });
  return token;
}

/** 32 random bytes need no slow hash. */
const hashToken = (token: string) => Uint8Array.from(createHash('sha256').update(token).digest());
