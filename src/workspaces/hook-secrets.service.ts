import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { UnreadableSecretError } from '../secrets/seal-secret.js';
import { SecretBox } from '../secrets/secret-box.service.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';
import { type HookSecret, makeHookSecret, rotateHookSecret, signingSecrets } from './hook-secret.js';
import { HOOK_SECRET_FIELD, readHookSecret, replaceHookSecret } from './hook-secrets.queries.js';

const SECRET_BYTES = 32;

/** Owns the secret that signs what a workspace's hooks receive: made when first needed, shown when it is rotated only. */
@Injectable()
export class HookSecretsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
    private readonly box: SecretBox,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** A new secret, in this answer and nowhere else; the one before signs beside it for a day. */
  async rotate(user: SignedIn, workspaceId: string): Promise<{ secret: string }> {
    await this.access.workspace(user, workspaceId, 'administer');
    const secret = makeHookSecret(randomBytes(SECRET_BYTES));
    const sealed = await this.read(workspaceId);
    const next = this.seal(workspaceId, rotateHookSecret(this.openOrForget(workspaceId, sealed), secret, Date.now()));
    const isOurs = await this.prisma.$transaction(async (tx) => {
      const where = { id: workspaceId, hookSecret: sealed === null ? null : Buffer.from(sealed) };
      const { count } = await tx.workspace.updateMany({ where, data: { hookSecret: Buffer.from(next) } });
      if (count > 0) await this.audit.record(tx, user, { workspaceId, action: 'hook_secret.rotated' });
      return count > 0;
    });
    // Somebody rotated it at this moment: then theirs is the one before.
    return isOurs ? { secret } : this.rotate(user, workspaceId);
  }

  /** The secrets that sign now, the current one first. @throws UnreadableSecretError */
  async signing(workspaceId: string): Promise<string[]> {
    const sealed = await this.read(workspaceId);
    const secret = this.open(workspaceId, sealed);
    if (secret) return signingSecrets(secret, Date.now());
    const first = rotateHookSecret(null, makeHookSecret(randomBytes(SECRET_BYTES)), Date.now());
    if (await replaceHookSecret(this.pool, workspaceId, sealed, this.seal(workspaceId, first))) return [first.current];
    // Another process was quicker: both sign with what it made.
    return this.signing(workspaceId);
  }

  private async read(workspaceId: string): Promise<string | null> {
    const sealed = await readHookSecret(this.pool, workspaceId);
    if (sealed === undefined) throw new AppError('NOT_FOUND');
    return sealed;
  }

  private open(workspaceId: string, sealed: string | null): HookSecret | null {
    if (sealed === null) return null;
    return JSON.parse(this.box.open({ workspaceId, field: HOOK_SECRET_FIELD }, sealed)) as HookSecret;
  }

  /** A rotation is also the way out where no configured key opens the secret any more. */
  private openOrForget(workspaceId: string, sealed: string | null): HookSecret | null {
    try {
      return this.open(workspaceId, sealed);
    } catch (error) {
      if (error instanceof UnreadableSecretError) return null;
      throw error;
    }
  }

  private seal(workspaceId: string, secret: HookSecret): string {
    return this.box.seal({ workspaceId, field: HOOK_SECRET_FIELD }, JSON.stringify(secret));
  }
}
