import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { POOL } from '../prisma/database.pool.js';
import { StorageService } from '../storage/storage.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { findFile } from './fetch-media.queries.js';
import { describeDisposition, LINK_SECONDS, linkKey, readLink, writeLink } from './media-link.js';

/** A file on its way to a browser. */
export interface ServedFile {
  readonly mimetype: string;
  readonly disposition: string;
  readonly body: Readable;
}

/** Links to files, which work for a while without signing in, and what is behind them. */
@Injectable()
export class MediaLinksService {
  private readonly key: Buffer;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(POOL) private readonly pool: Pool,
    private readonly access: AccessService,
    private readonly storage: StorageService,
  ) {
    this.key = linkKey(config.secretsKey);
  }

  /** A link to a message's file, and when it ends (ms since 1970). @throws NOT_FOUND when there is no file */
  async link(user: SignedIn, id: string): Promise<{ url: string; expiresAt: number }> {
    const { workspaceId, messageId } = await this.access.message(user, id, 'read');
    const file = await findFile(this.pool, workspaceId, messageId);
    if (!file) throw new AppError('NOT_FOUND');
    const expiresAt = Date.now() + LINK_SECONDS * 1_000;
    const headers = {
      contentType: file.mimetype,
      contentDisposition: describeDisposition(file.mimetype, file.fileName),
    };
    const presigned = await this.storage.presign(file.storageKey, LINK_SECONDS, headers);
    const own = `${this.config.publicUrl}/media/${writeLink(this.key, file.storageKey, expiresAt)}`;
    return { url: presigned ?? own, expiresAt };
  }

  /** What a link shows. @throws NOT_FOUND when it is over, was changed, or its file is gone */
  async open(token: string): Promise<ServedFile> {
    const [workspaceId, messageId] = readLink(this.key, token, Date.now())?.split('/') ?? [];
    if (!workspaceId || !messageId) throw new AppError('NOT_FOUND');
    const file = await findFile(this.pool, workspaceId, messageId);
    if (!file) throw new AppError('NOT_FOUND');
    const body = await this.storage.stream(file.storageKey);
    return { mimetype: file.mimetype, disposition: describeDisposition(file.mimetype, file.fileName), body };
  }
}
