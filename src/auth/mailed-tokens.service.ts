import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { hashSecret } from '../common/hash-secret.js';
import type { Tx } from '../prisma/prisma.service.js';

/** What a mailed link is for, and how long it is good. */
const LIFE_MS = {
  RESET_PASSWORD: 30 * 60_000,
  VERIFY_EMAIL: 24 * 3_600_000,
  CHANGE_EMAIL: 24 * 3_600_000,
} as const;

export type MailPurpose = keyof typeof LIFE_MS;

/** Owns the secrets that go out in mails: 32 random bytes, good once, of which only the hash is kept. */
@Injectable()
export class MailedTokensService {
  /** A new token for a link. Older ones of the same purpose stay good: whoever asks twice may open the first mail. */
  async issue(tx: Tx, userId: string, purpose: MailPurpose, email: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const now = Date.now();
    await tx.mailedToken.deleteMany({ where: { userId, expiresAt: { lt: new Date(now) } } });
    const expiresAt = new Date(now + LIFE_MS[purpose]);
    await tx.mailedToken.create({ data: { userId, purpose, email, tokenHash: hashSecret(token), expiresAt } });
    return token;
  }

  /** Whether `use` would take this token, without using it up. */
  async isGood(db: Tx, token: unknown, purposes: readonly MailPurpose[]): Promise<boolean> {
    const where = openToken(token, purposes);
    return where !== undefined && (await db.mailedToken.count({ where })) === 1;
  }

  /**
   * Uses a token up; answers whose it is and what it proves. Whatever is no good token (another type, unknown, used,
   * expired, for another purpose) gets the same answer. @throws INVALID_TOKEN
   */
  async use(tx: Tx, token: unknown, purposes: readonly MailPurpose[]) {
    const where = openToken(token, purposes);
    const [used] = where ? await tx.mailedToken.updateManyAndReturn({ where, data: { usedAt: new Date() } }) : [];
    if (!used) throw invalidToken();
    return { userId: used.userId, purpose: used.purpose as MailPurpose, email: used.email };
  }

  /** Makes every open link of these purposes void. */
  async voidAll(tx: Tx, userId: string, purposes: readonly MailPurpose[]): Promise<void> {
    const data = { usedAt: new Date() };
    await tx.mailedToken.updateMany({ where: { userId, purpose: { in: [...purposes] }, usedAt: null }, data });
  }
}

/** The one answer to a link that is not good (any more). */
export const invalidToken = () =>
  new AppError('INVALID_TOKEN', 'Ask for a new link: this one is used, too old or not ours');

function openToken(token: unknown, purposes: readonly MailPurpose[]) {
  if (typeof token !== 'string') return undefined;
  return {
    tokenHash: hashSecret(token),
    purpose: { in: [...purposes] },
    usedAt: null,
    expiresAt: { gt: new Date() },
  };
}
