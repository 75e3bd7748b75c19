import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { v5 as uuid5 } from 'uuid';
import { type Callback, keepCallback, releaseCallback, releaseFinished } from '../agents/callbacks.queries.js';
import { lockChat } from '../chats/takeover.queries.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { DueWork } from '../jobs/due-work.runner.js';
import { DONE, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { type EndedAnswer, findEndedAnswers, readEnd } from './callbacks.queries.js';

const POLL_MS = 1_000;
const CONCURRENCY = 20;

/** What a caller hears where the agent could not answer. */
export const COULD_NOT_ANSWER = 'The agent could not answer; the chat was handed to a person.';

/** A message whose sender wants to be called back. */
export interface CallbackWish {
  readonly workspaceId: string;
  readonly agentId: string;
  readonly contextId: string;
  readonly message: { readonly id: string; readonly chatId: string; readonly interactionId: string | null };
  readonly callbackUrl: string | undefined;
  readonly onFinishCallback: string | undefined;
}

/** Keeps what callers were promised: the answer, and the end of the interaction, at addresses of their own. */
@Injectable()
export class CallbacksService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly work: DueWork<EndedAnswer>;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) logger: Logger,
    wakeups: WakeupsService,
  ) {
    this.work = new DueWork({
      name: 'callbacks',
      pollMs: POLL_MS,
      concurrency: CONCURRENCY,
      // Taken by nobody: two processes that release one callback release it once.
      claim: (limit) => findEndedAnswers(pool, limit),
      run: (answer) => this.release(answer),
      wakeOn: (wake) => wakeups.on(DONE, wake),
      logger,
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.role !== 'api') this.work.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.work.stop();
  }

  /** Resolves once the promise outlives a crash: only then may the caller be told. The same wish again is the same promise. */
  async keep(wish: CallbackWish): Promise<void> {
    const { workspaceId, agentId, contextId, message, callbackUrl, onFinishCallback } = wish;
    const { id: messageId, chatId, interactionId } = message;
    const common = { workspaceId, agentId };
    const about = { contextId, chatId, interactionId };
    if (callbackUrl !== undefined) {
      const id = uuid5('conversation.answer', messageId);
      const data = { ...about, messageId };
      await keepCallback(this.pool, { ...common, id, event: 'conversation.answer', url: callbackUrl, data });
    }
    if (onFinishCallback === undefined || interactionId === null) return;
    // One interaction ends once, however many of its messages ask to be told.
    const id = uuid5(`conversation.finished ${onFinishCallback}`, interactionId);
    const callback = { ...common, id, event: 'conversation.finished' as const, url: onFinishCallback, data: about };
    await this.keepUntilFinished(callback, chatId, interactionId);
  }

  // Under the chat's lock, as the end of an interaction is: it comes before, and is seen here, or after, and sees this.
  private keepUntilFinished(callback: Callback, chatId: string, interactionId: string): Promise<void> {
    const { workspaceId } = callback;
    return inTransaction(this.pool, async (tx) => {
      await lockChat(tx, workspaceId, chatId);
      await keepCallback(tx, callback);
      const end = await readEnd(tx, workspaceId, interactionId);
      if (end) await releaseFinished(tx, workspaceId, interactionId, end.resolvedBy);
    });
  }

  private async release({ workspaceId, id, state, message }: EndedAnswer): Promise<void> {
    const error = state === 'FAILED' ? { code: 'TEMPORARILY_UNAVAILABLE', message: COULD_NOT_ANSWER } : null;
    await releaseCallback(this.pool, workspaceId, id, { state, message, images: [], audios: [], error });
  }
}
