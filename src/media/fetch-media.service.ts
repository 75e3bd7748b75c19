import { createHash } from 'node:crypto';
import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { fileTypeFromBuffer } from 'file-type';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { toStorableText } from '../common/storable-text.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { EvolutionApiClient } from '../evolution-api/evolution-api.client.js';
import { GatewayError } from '../evolution-api/gateway-error.js';
import { DueWork } from '../jobs/due-work.runner.js';
import { MEDIA, WakeupsService } from '../jobs/wakeups.service.js';
import { ModelError } from '../openai/model-error.js';
import { MOST_AUDIO_BYTES, OpenAiAudioService } from '../openai/openai-audio.client.js';
import { POOL } from '../prisma/database.pool.js';
import { StorageService } from '../storage/storage.service.js';
import { storageKey } from '../storage/storage-key.js';
import { claimMedia, type DueMedia, noteStored, parkMedia, settleMedia } from './fetch-media.queries.js';
import { judgeFile } from './judge-file.js';
import { nextTry, type Setback } from './next-try.js';

const POLL_MS = 1_000;
/** Each holds a file in memory, as base64 and as bytes. */
const CONCURRENCY = 4;
const HEAD_BYTES = 4_096;
const MOST_TRANSCRIPT = 20_000;
const MOST_NAME = 255;

/** Why a file is not there, as a code people and the agent's prompt can be told. */
type MediaError = 'too_large' | 'empty' | 'type_not_allowed' | 'not_available' | 'gateway_unavailable' | 'not_heard';

/** Ends the work on a file with a code. */
class MediaRefused extends Error {
  constructor(readonly code: MediaError) {
    super(code);
  }
}

/** Fetches the files of messages from the gateway, checks and stores them, and has voice messages written down. */
@Injectable()
export class FetchMediaService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly work: DueWork<DueMedia>;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly gateway: EvolutionApiClient,
    private readonly storage: StorageService,
    private readonly audio: OpenAiAudioService,
    private readonly wakeups: WakeupsService,
  ) {
    this.work = new DueWork({
      name: 'media',
      pollMs: POLL_MS,
      concurrency: CONCURRENCY,
      claim: (limit) => claimMedia(pool, limit),
      run: (media, abort) => this.run(media, abort),
      wakeOn: (wake) => wakeups.on(MEDIA, wake),
      logger,
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.role !== 'api') this.work.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.work.stop();
  }

  private async run(media: DueMedia, abort: AbortSignal): Promise<void> {
    try {
      const stored = media.storageKey ? await this.load(media, media.storageKey) : await this.fetch(media, abort);
      if (stored) await this.settle(media, { text: await this.hear(media, stored, abort) });
    } catch (error) {
      // What was fetched meanwhile is dropped; another process takes it up at once.
      if (abort.aborted) return parkMedia(this.pool, media, 0);
      await this.putOff(media, error);
    }
  }

  /** The file, checked and stored; undefined: somebody else has it by now. */
  private async fetch(media: DueMedia, abort: AbortSignal): Promise<Stored | undefined> {
    const { workspaceId, messageId, type, content, instanceName, providerId } = media;
    if (!instanceName || !providerId) throw new MediaRefused('not_available');
    if ((content?.bytes ?? 0) > this.config.mediaMaxBytes) throw new MediaRefused('too_large');
    const fetched = await untilAborted(this.gateway.fetchMedia(instanceName, providerId), abort);
    if (!fetched) throw new GatewayError('refused', null, 'an answer without a file');
    const { bytes } = fetched;
    const detected = (await fileTypeFromBuffer(bytes))?.mime.replace(/;.*$/, '');
    const judged = judgeFile({ type, detected, head: bytes.subarray(0, HEAD_BYTES) });
    if ('error' in judged) throw new MediaRefused(judged.error);
    // The message's id: as random as any, and a fetch that is repeated replaces the file of the one before.
    const key = storageKey(workspaceId, messageId);
    await this.storage.put(key, bytes, judged.mimetype);
    const name = content?.fileName ?? (type === 'DOCUMENT' ? fetched.fileName : null);
    const isOurs = await noteStored(this.pool, media, {
      storageKey: key,
      mimetype: judged.mimetype,
      fileName: name ? toStorableText(name, MOST_NAME) : null,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest(),
    });
    return isOurs ? { bytes, mimetype: judged.mimetype } : undefined;
  }

  private async load(media: DueMedia, key: string): Promise<Stored> {
    const bytes = media.type === 'AUDIO' ? await this.storage.get(key) : Buffer.alloc(0);
    return { bytes, mimetype: media.mimetype ?? 'application/octet-stream' };
  }

  /** What a voice message says; null for what is not one, or was written down by the gateway. */
  private async hear({ type, content }: DueMedia, { bytes, mimetype }: Stored, signal: AbortSignal) {
    if (type !== 'AUDIO' || content?.transcript) return null;
    if (bytes.length > MOST_AUDIO_BYTES) throw new MediaRefused('not_heard');
    const name = `audio.${AUDIO_EXTENSIONS[mimetype] ?? 'ogg'}`;
    const text = await this.audio.transcribe({ bytes, name, mimetype }, { signal });
    return toStorableText(text, MOST_TRANSCRIPT);
  }

  private async putOff(media: DueMedia, error: unknown): Promise<void> {
    if (error instanceof MediaRefused) return this.settle(media, { error: error.code });
    const { setback, code } = weigh(error);
    const waitMs = setback && nextTry(setback, media.attempt);
    this.logger.warn({ err: error, message: media.messageId, attempt: media.attempt, waitMs }, 'file not ready');
    if (waitMs) return parkMedia(this.pool, media, waitMs);
    return this.settle(media, { error: code });
  }

  private async settle(media: DueMedia, outcome: { text?: string | null; error?: string }): Promise<void> {
    if (await settleMedia(this.pool, media, outcome)) this.wakeups.announce(MEDIA, media.messageId);
  }
}

interface Stored {
  readonly bytes: Buffer;
  readonly mimetype: string;
}

/** Extensions the model servers know (their documentation names flac mp3 mp4 mpeg mpga m4a ogg wav webm). */
const AUDIO_EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/wav': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'audio/webm': 'webm',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
};

/** What went wrong, and how it is called once it is given up; without a setback it is given up at once. */
function weigh(error: unknown): { setback: Setback | undefined; code: MediaError } {
  if (error instanceof ModelError) return { setback: error.retryable ? 'model_busy' : undefined, code: 'not_heard' };
  if (!(error instanceof GatewayError)) return { setback: 'unreachable', code: 'not_available' };
  if (error.kind === 'too_large') return { setback: undefined, code: 'too_large' };
  if (error.kind === 'unreachable') return { setback: 'unreachable', code: 'gateway_unavailable' };
  if (/not of the media type/i.test(error.text)) return { setback: undefined, code: 'not_available' };
  return { setback: 'absent', code: 'not_available' };
}

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
