import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { MEDIA, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { StorageService } from '../storage/storage.service.js';
import { countPending, findPictures } from './fetch-media.queries.js';

/** How long a turn waits for its files; what comes later is as good as lost to it. */
const MOST_WAIT_MS = 90_000;
/** The backstop where a wake-up was lost. */
const LOOK_MS = 1_000;
const MOST_PICTURES = 6;
const MOST_PICTURE_BYTES = 5 * 1024 * 1024;
const MOST_BYTES = 15 * 1024 * 1024;

/** A picture as a model is shown it. */
export interface Picture {
  readonly mimetype: string;
  readonly base64: string;
}

/** Files, for whoever reads the messages they belong to. */
@Injectable()
export class MediaService {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly wakeups: WakeupsService,
    private readonly storage: StorageService,
  ) {}

  /**
   * Resolves once the fate of all files of these messages is known, or after `mostMs`: false then, and what is still
   * pending counts as failed. @throws the signal's reason
   */
  async ready(
    workspaceId: string,
    messageIds: readonly string[],
    signal: AbortSignal,
    mostMs = MOST_WAIT_MS,
  ): Promise<boolean> {
    const until = performance.now() + mostMs;
    for (;;) {
      signal.throwIfAborted();
      // Listening begins before the look, so that what happens in between is not missed.
      const change = this.nextChange(signal, Math.min(LOOK_MS, until - performance.now()));
      try {
        if ((await countPending(this.pool, workspaceId, messageIds)) === 0) return true;
        if (performance.now() >= until) return false;
        await change.happened;
      } finally {
        change.stop();
      }
    }
  }

  /** The newest pictures of these messages, oldest first, as many as a request can carry. */
  async images(workspaceId: string, messageIds: readonly string[]): Promise<Picture[]> {
    const pictures: Picture[] = [];
    let total = 0;
    if (messageIds.length === 0) return pictures;
    for (const row of await findPictures(this.pool, workspaceId, messageIds, MOST_PICTURES)) {
      if (row.bytes > MOST_PICTURE_BYTES || total + row.bytes > MOST_BYTES) continue;
      try {
        const bytes = await this.storage.get(row.storageKey);
        pictures.unshift({ mimetype: row.mimetype, base64: bytes.toString('base64') });
        total += row.bytes;
      } catch (error) {
        this.logger.warn({ err: error, key: row.storageKey }, 'a stored picture cannot be read; answering without it');
      }
    }
    return pictures;
  }

  private nextChange(signal: AbortSignal, ms: number): { happened: Promise<void>; stop: () => void } {
    let stop = () => {};
    const happened = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, ms));
      const silence = this.wakeups.on(MEDIA, () => resolve());
      stop = () => {
        clearTimeout(timer);
        silence();
        signal.removeEventListener('abort', stop);
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
    return { happened, stop };
  }
}
