import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { failPendingParts } from '../chats/outbox.queries.js';
import { sayInChat } from '../chats/say.queries.js';
import { handToPerson, lockChat } from '../chats/takeover.queries.js';
import { MicroBatch } from '../jobs/micro-batch.runner.js';
import { DONE, SEND, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { isOutage } from '../prisma/is-outage.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { tellPeople } from '../workspaces/notices.queries.js';
import { applyEffect } from './apply-effect.queries.js';
import { wasToldHours } from './timers.queries.js';
import type { Effect } from './tool.js';
import {
  type ClaimedTurn,
  endTurn,
  loadScenes,
  parkTurn,
  restartTurn,
  type SceneRow,
  type Settled,
  type Settlement,
  settleTurns,
} from './turns.queries.js';

const BATCH = { maxSize: 200, isOutage };

/** The life of a turn after its claim. Every write names the fence: what is no longer ours is not touched. */
@Injectable()
export class TurnsService {
  private readonly loads: MicroBatch<ClaimedTurn, SceneRow | undefined>;
  private readonly settles: MicroBatch<Settlement, Settled>;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    private readonly wakeups: WakeupsService,
  ) {
    this.loads = new MicroBatch((turns) => loadScenes(pool, turns), BATCH);
    this.settles = new MicroBatch((thoughts) => settleTurns(pool, thoughts), BATCH);
  }

  /** What the turn is decided on; undefined when the chat is gone. */
  load(turn: ClaimedTurn): Promise<SceneRow | undefined> {
    return this.loads.add(turn);
  }

  /** Whether the customer was told of this closed period. */
  wasToldHours({ workspaceId, chatId }: ClaimedTurn, opensAt: string): Promise<boolean> {
    return wasToldHours(this.pool, { workspaceId, chatId, opensAt });
  }

  /** Keeps the reply, its parts and what it does, all or nothing; or sends the turn back for the customer's newer words. */
  async settle(thought: Settlement, effect?: Effect): Promise<Settled> {
    const settled = await (effect ? this.settleWith(thought, effect) : this.settles.add(thought));
    if (settled === 'NEWER')
      return (await this.restart(thought)) ? 'NEWER' : this.settle({ ...thought, mayRestart: false });
    if (settled === 'DONE' || settled === 'SKIPPED') this.wakeups.announce(DONE, thought.turn.id);
    return settled;
  }

  private settleWith(thought: Settlement, effect: Effect): Promise<Settled> {
    return inTransaction(this.pool, async (tx) => {
      await lockChat(tx, thought.turn.workspaceId, thought.turn.chatId);
      const [settled] = await settleTurns(tx, [{ ...thought, mayRestart: false }]);
      if (settled === 'DONE' || settled === 'SENDING') await applyEffect(tx, thought.turn, effect);
      return settled;
    });
  }

  private restart({ turn, step }: Settlement): Promise<boolean> {
    return inTransaction(this.pool, async (tx) => {
      await lockChat(tx, turn.workspaceId, turn.chatId);
      return restartTurn(tx, turn, step);
    });
  }

  /** Ends a turn in silence, for a reason people can read. */
  async skip(turn: ClaimedTurn, reason: string): Promise<void> {
    if (await endTurn(this.pool, turn, 'SKIPPED', reason)) this.wakeups.announce(DONE, turn.id);
  }

  /**
   * Ends a turn that could not be done. An answer that is owed hands the chat to a person, who is told; the customer never
   * reads an error, but `words` (if any) that somebody takes over. A failed send shows as failed to who sent it, and
   * changes nothing else.
   */
  async fail(turn: ClaimedTurn, reason: string, words?: string): Promise<void> {
    const { workspaceId, chatId, agentId } = turn;
    const isOurs = await inTransaction(this.pool, async (tx) => {
      await lockChat(tx, workspaceId, chatId);
      if (!(await endTurn(tx, turn, 'FAILED', reason))) return false;
      if (turn.kind === 'SEND') await failPendingParts(tx, workspaceId, turn.id, reason);
      else {
        await handToPerson(tx, workspaceId, chatId, { reason });
        await tellPeople(tx, { workspaceId, kind: 'turn.failed', agentId, chatId, details: { reason } });
        if (words) await sayInChat(tx, workspaceId, chatId, words);
      }
      return true;
    });
    if (!isOurs) return;
    this.wakeups.announce(DONE, turn.id);
    if (words) this.wakeups.announce(SEND, '');
  }

  /** A send has left: whoever waits for it is told. Nobody waits for an answer's parts, which are many. */
  delivered(turn: ClaimedTurn): void {
    if (turn.kind === 'SEND') this.wakeups.announce(DONE, turn.id);
  }

  /** Lets go of a turn for `ms`. */
  park(turn: ClaimedTurn, ms: number): Promise<void> {
    return parkTurn(this.pool, turn, ms);
  }
}
