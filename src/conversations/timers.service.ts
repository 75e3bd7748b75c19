import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { v7 as uuid7 } from 'uuid';
import { giveBack } from '../chats/give-back.queries.js';
import { finishSilentChat, lockChat } from '../chats/takeover.queries.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { claimDueTimers, type DueTimer, settleTimer } from '../interactions/due-timers.queries.js';
import { setTimer } from '../interactions/timers.queries.js';
import { DueWork } from '../jobs/due-work.runner.js';
import { TIMER, TURN, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { decideTimer } from './decide-timer.js';
import { planSilence } from './plan-silence.js';
import { beginProactiveTurn, loadTimerScene, putOffTimer, type TimerScene } from './timers.queries.js';

const POLL_MS = 500;
const CONCURRENCY = 20;
const PUT_OFF_SECONDS = 10;

/** Does what falls due in chats: idle actions, the end of silent interactions, reminders, give-backs. Each once. */
@Injectable()
export class TimersService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly work: DueWork<DueTimer>;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) logger: Logger,
    private readonly wakeups: WakeupsService,
  ) {
    this.work = new DueWork({
      name: 'timers',
      pollMs: POLL_MS,
      concurrency: CONCURRENCY,
      claim: (limit) => claimDueTimers(pool, limit),
      run: (timer) => this.run(timer),
      wakeOn: (wake) => wakeups.on(TIMER, wake),
      logger,
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.role !== 'api') this.work.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.work.stop();
  }

  /** Does a taken timer: its effect and its end are one transaction, under the chat's lock. */
  async run(timer: DueTimer): Promise<void> {
    const spoke = await inTransaction(this.pool, async (tx) => {
      await lockChat(tx, timer.workspaceId, timer.chatId);
      const scene = await loadTimerScene(tx, timer.workspaceId, timer.chatId);
      return scene ? this.decide(tx, timer, scene) : false;
    });
    if (spoke) this.wakeups.announce(TURN, '0');
  }

  /** True when the agent is to speak. */
  private async decide(tx: PoolClient, timer: DueTimer, scene: TimerScene): Promise<boolean> {
    const { kind, key, workspaceId, chatId } = timer;
    const isIdle = kind === 'IDLE_ACTION' || kind === 'IDLE_FINISH';
    const decision = decideTimer({
      ...{ kind, key, humanTalk: scene.humanTalk, customerSpokeLast: scene.customerSpokeLast },
      isSameInteraction: scene.interactionId !== null && timer.interactionId === scene.interactionId,
      isAnswering: scene.isAnswering,
      hasInstructions: Boolean(timer.instructions),
    });
    if (decision.do === 'wait') {
      await putOffTimer(tx, workspaceId, timer.id, PUT_OFF_SECONDS);
      return false;
    }
    if (decision.do === 'cancel') {
      await settleTimer(tx, timer, 'CANCELED', decision.reason);
      return false;
    }
    if (!(await settleTimer(tx, timer, 'DONE'))) return false;
    if (decision.do === 'begin_silence') await this.beginSilence(tx, timer, scene);
    if (decision.do === 'finish') await finishSilentChat(tx, workspaceId, chatId);
    // What the customer wrote meanwhile may be due at once.
    if (decision.do === 'give_back') return giveBack(tx, { workspaceId, chatId });
    if (decision.do !== 'speak') return false;
    const cause = isIdle ? 'IDLE' : 'REMINDER';
    await beginProactiveTurn(tx, {
      ...{ workspaceId, chatId, cause, turnId: uuid7() },
      instructions: timer.instructions!,
    });
    return true;
  }

  private async beginSilence(tx: PoolClient, { workspaceId, chatId }: DueTimer, scene: TimerScene): Promise<void> {
    const { interactionId, timezone, plan, channelType } = scene;
    for (const timer of planSilence(plan, timezone, new Date())) {
      // Who talks through the API waits for answers only: nobody would read what the agent says by itself.
      if (channelType === 'API' && timer.kind === 'IDLE_ACTION') continue;
      await setTimer(tx, { ...timer, workspaceId, chatId, interactionId });
    }
  }
}
