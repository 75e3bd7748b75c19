import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { v7 as uuid7 } from 'uuid';
import { OutboxService, type Route } from '../chats/outbox.service.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { hashText } from '../evolution-api/hash-text.js';
import { ModelError } from '../openai/model-error.js';
import { OpenAiService, type ThinkResult } from '../openai/openai.service.js';
import { isOutage } from '../prisma/is-outage.js';
import { type AgentConfig, AgentConfigService } from './agent-config.service.js';
import { buildPrompt, type PromptTask } from './build-prompt.js';
import { decideTurn } from './decide-turn.js';
import { fitHistory } from './fit-history.js';
import { type Hours, judgeHours } from './judge-hours.js';
import { splitMessage } from './split-message.js';
import type { ClaimedTurn, SceneRow, Settlement } from './turns.queries.js';
import { TurnsService } from './turns.service.js';

/** How long a turn insists on a model that is busy or away before the chat goes to a person. */
const THINK_BUDGET_MS = 120_000;
/** An error nobody foresaw is tried again this often before the turn is poison. Waits for the gateway count too. */
const MOST_ATTEMPTS = 60;
const RETRY_MS = 1_000;

type Closed = Extract<Hours, { open: false }>;

/** Does one claimed turn: load, decide, think, settle, deliver. Safe to run again after a crash at any point. */
@Injectable()
export class ReplyService {
  constructor(
    private readonly turns: TurnsService,
    private readonly agents: AgentConfigService,
    private readonly openai: OpenAiService,
    private readonly outbox: OutboxService,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes the turn as far as it goes now. `abort` (shutdown) stops thinking and further parts; the turn is released. */
  async run(turn: ClaimedTurn, abort: AbortSignal): Promise<void> {
    try {
      await this.answer(turn, abort);
    } catch (error) {
      if (abort.aborted) return this.turns.park(turn, 0);
      if (error instanceof ModelError) return this.giveUp(turn, error, `model_${error.family}`);
      if (!isOutage(error) && turn.attempt >= MOST_ATTEMPTS) return this.giveUp(turn, error, 'internal_error');
      this.logger.error({ err: error, turn: turn.id, attempt: turn.attempt }, 'turn interrupted; trying again');
      await this.turns.park(turn, RETRY_MS * turn.attempt);
    }
  }

  private giveUp(turn: ClaimedTurn, error: unknown, reason: string): Promise<void> {
    this.logger.error({ err: error, turn: turn.id, reason }, 'turn given up; the chat goes to a person');
    return this.turns.fail(turn, reason);
  }

  private async answer(turn: ClaimedTurn, abort: AbortSignal): Promise<void> {
    const [scene, agent] = await Promise.all([this.turns.load(turn), this.agents.find(turn.workspaceId, turn.agentId)]);
    if (!scene) return this.turns.skip(turn, 'chat_gone');
    if (turn.state === 'SENDING') return this.send(turn, scene, abort);
    if (!agent) return this.turns.skip(turn, 'chat_gone');

    const decision = decideTurn({
      workspaceState: agent.workspaceState,
      agentActive: agent.isActive,
      humanTalk: scene.human_talk,
      turnEpoch: turn.epoch,
      chatEpoch: scene.epoch,
      inboundCount: scene.inbound.length,
      isProactive: turn.instructions !== null,
    });
    if (!decision.answer) return this.turns.skip(turn, decision.reason);

    const hours = judgeHours(agent, new Date());
    // What was agreed with the customer is said at any hour.
    if (!hours.open && turn.cause !== 'REMINDER') return this.sayClosed(turn, scene, hours, abort);

    const thought = await this.think(turn, scene, agent, abort);
    const parts = splitMessage(thought.text, agent.splitMessages);
    if (parts.length === 0) return this.turns.fail(turn, 'model_said_nothing');

    const settled = await this.turns.settle(
      settlement(turn, scene, { servedModel: thought.servedModel, trace: traceOf(thought, turn) }, parts),
    );
    if (settled === 'SENDING') await this.send(turn, scene, abort);
  }

  /** Outside working hours: the fixed text, once in each closed period of an interaction. */
  private async sayClosed(turn: ClaimedTurn, scene: SceneRow, closed: Closed, abort: AbortSignal): Promise<void> {
    const isSilent = turn.cause !== 'MESSAGE' || (await this.turns.wasToldHours(turn, closed.until));
    if (isSilent) return this.turns.skip(turn, 'out_of_hours');
    const fixed = { servedModel: null, trace: { closedUntil: closed.until } };
    const settled = await this.turns.settle(settlement(turn, scene, fixed, [closed.text]));
    if (settled === 'SENDING') await this.send(turn, scene, abort);
  }

  private think(turn: ClaimedTurn, scene: SceneRow, agent: AgentConfig, abort: AbortSignal): Promise<ThinkResult> {
    const { contact: memory, inbound } = scene;
    const history = fitHistory(scene.history, this.config.historyTokens);
    const task = taskOf(turn);
    const prompt = buildPrompt({
      agent,
      contactName: scene.contact_name,
      memory,
      history,
      inbound,
      task,
      now: new Date(),
    });
    return this.openai.thinkPatiently(
      {
        model: agent.model,
        instructions: prompt.instructions,
        messages: [...prompt.messages],
        cacheKey: `${turn.agentId}:${agent.version}`,
        safetyId: createHash('sha256').update(`${turn.workspaceId}:${scene.contact_id}`).digest('hex'),
      },
      { budgetMs: THINK_BUDGET_MS, signal: abort },
    );
  }

  private async send(turn: ClaimedTurn, scene: SceneRow, abort: AbortSignal): Promise<void> {
    // Who wrote by hand has taken the time already.
    const enabledTyping = scene.enabled_typing && turn.kind === 'ANSWER';
    const route: Route = { instanceName: scene.instance_name ?? '', enabledTyping };
    const delivery = await this.outbox.deliver(turn, route, abort);
    switch (delivery.outcome) {
      case 'done':
        return this.turns.delivered(turn);
      case 'wait':
        return this.turns.park(turn, delivery.ms);
      case 'failed':
        return this.turns.fail(turn, delivery.reason);
      case 'void':
        if (delivery.reason === 'human') await this.turns.skip(turn, 'human');
    }
  }
}

/** What is said, by a model or by nobody's thought. */
interface Words {
  readonly servedModel: string | null;
  readonly trace: unknown;
}

function traceOf({ usage, requestId, finish }: ThinkResult, { attempt }: ClaimedTurn) {
  return { usage, requestId, finish, attempt };
}

function settlement(turn: ClaimedTurn, scene: SceneRow, words: Words, parts: readonly string[]): Settlement {
  return {
    turn,
    address: scene.address,
    servedModel: words.servedModel,
    trace: words.trace,
    deliveredLocally: scene.channel_type === 'API',
    parts: parts.map((text) => ({ id: uuid7(), messageId: uuid7(), text, textHash: Buffer.from(hashText(text)) })),
  };
}

/** What the business wrote is the turn's instruction; what remains of a reminder is a quotation. */
function taskOf({ cause, instructions }: ClaimedTurn): PromptTask | null {
  if (instructions === null) return null;
  return { kind: cause === 'IDLE' || cause === 'TRANSFER' ? 'instructions' : 'reminder', text: instructions };
}
