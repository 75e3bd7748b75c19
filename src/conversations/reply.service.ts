import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { v7 as uuid7 } from 'uuid';
import { readWaitingText } from '../channels/read-channel-config.js';
import type { PartMedia } from '../chats/outbox.queries.js';
import { OutboxService, type Route } from '../chats/outbox.service.js';
import { LOGGER } from '../common/logger.js';
import { hashContent } from '../evolution-api/hash-text.js';
import { nameFile } from '../evolution-api/name-file.js';
import { MediaService } from '../media/media.service.js';
import { ModelError } from '../openai/model-error.js';
import { isOutage } from '../prisma/is-outage.js';
import { type AgentConfig, AgentConfigService } from './agent-config.service.js';
import { DecisionsService } from './decisions.service.js';
import { extractMedia } from './extract-media.js';
import { handoverWords } from './handover-words.js';
import { type Hours, judgeHours } from './judge-hours.js';
import { linksOfTurn } from './links-of-turn.js';
import { splitMessage } from './split-message.js';
import { ThinkService, type Thought, TurnLimit, TurnLost } from './think.service.js';
import type { ClaimedTurn, SceneRow, Settlement } from './turns.queries.js';
import { TurnsService } from './turns.service.js';

/** An error nobody foresaw is tried again this often before the turn is poison. Waits for the gateway count too. */
const MOST_ATTEMPTS = 60;
const RETRY_MS = 1_000;

type Closed = Extract<Hours, { open: false }>;

/** Does one claimed turn: load, decide, think, settle, deliver. Safe to run again after a crash at any point. */
@Injectable()
export class ReplyService {
  constructor(
    private readonly turns: TurnsService,
    private readonly decisions: DecisionsService,
    private readonly agents: AgentConfigService,
    private readonly thinking: ThinkService,
    private readonly outbox: OutboxService,
    private readonly media: MediaService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes the turn as far as it goes now. `abort` (shutdown) stops thinking and further parts; the turn is released. */
  async run(turn: ClaimedTurn, abort: AbortSignal): Promise<void> {
    try {
      await this.answer(turn, abort);
    } catch (error) {
      if (abort.aborted) return this.turns.park(turn, 0);
      if (error instanceof TurnLost) return this.turns.skip(turn, 'human');
      if (error instanceof TurnLimit) return this.giveUp(turn, error, 'turn_limit');
      if (error instanceof ModelError) return this.giveUp(turn, error, `model_${error.family}`);
      if (!isOutage(error) && turn.attempt >= MOST_ATTEMPTS) return this.giveUp(turn, error, 'internal_error');
      this.logger.error({ err: error, turn: turn.id, attempt: turn.attempt }, 'turn interrupted; trying again');
      await this.turns.park(turn, RETRY_MS * turn.attempt);
    }
  }

  /** The chat goes to a person, and the customer is told so: in the channel's words, or in ours. */
  private async giveUp(turn: ClaimedTurn, error: unknown, reason: string): Promise<void> {
    this.logger.error({ err: error, turn: turn.id, reason }, 'turn given up; the chat goes to a person');
    const scene = turn.state === 'THINKING' ? await this.turns.load(turn) : undefined;
    await this.turns.fail(turn, reason, scene && (readWaitingText(scene.config) ?? handoverWords(scene.inbound)));
  }

  private async answer(turn: ClaimedTurn, abort: AbortSignal): Promise<void> {
    const [scene, agent] = await Promise.all([this.see(turn, abort), this.agents.find(turn.workspaceId, turn.agentId)]);
    if (!scene) return this.turns.skip(turn, 'chat_gone');
    if (turn.state === 'SENDING') return this.send(turn, scene, abort);
    if (!agent) return this.turns.skip(turn, 'chat_gone');

    const decision = await this.decisions.decide(turn, scene, agent);
    if (decision.kind !== 'answer') return this.decisions.follow(turn, decision, scene);

    const hours = judgeHours(agent, new Date());
    // What was agreed with the customer is said at any hour.
    if (!hours.open && turn.cause !== 'REMINDER') return this.sayClosed(turn, scene, hours, abort);

    const thought = await this.thinking.think(turn, scene, agent, abort);
    const parts = partsOf(turn, thought, scene, agent);
    if (parts.length === 0 && !thought.effect) return this.giveUp(turn, undefined, 'model_said_nothing');

    const settled = await this.turns.settle(
      settlement(turn, scene, wordsOf(thought, turn, agent), parts),
      thought.effect,
    );
    if (settled === 'SENDING') await this.send(turn, scene, abort);
  }

  /** What is to be answered, once its files are there or given up; where a person has the chat, nothing is waited for. */
  private async see(turn: ClaimedTurn, abort: AbortSignal): Promise<SceneRow | undefined> {
    const scene = await this.turns.load(turn);
    const isWaiting = turn.state === 'THINKING' && scene?.inbound.some((line) => line.media?.state === 'PENDING');
    if (!isWaiting || scene?.human_talk || scene?.epoch !== turn.epoch) return scene;
    await this.media.ready(turn.workspaceId, turn.inboundIds, abort);
    return this.turns.load(turn);
  }

  /** Outside working hours: the fixed text, once in each closed period of an interaction. */
  private async sayClosed(turn: ClaimedTurn, scene: SceneRow, closed: Closed, abort: AbortSignal): Promise<void> {
    const isSilent = turn.cause !== 'MESSAGE' || (await this.turns.wasToldHours(turn, closed.until));
    if (isSilent) return this.turns.skip(turn, 'out_of_hours');
    const trace = { closedUntil: closed.until };
    const fixed = { servedModel: null, trace, step: null, mayRestart: false };
    const settled = await this.turns.settle(settlement(turn, scene, fixed, [words(closed.text)]));
    if (settled === 'SENDING') await this.send(turn, scene, abort);
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

/** What one bubble shows: words, or a file above its caption. */
interface Bubble {
  readonly text: string;
  readonly media: PartMedia | null;
}

const words = (text: string): Bubble => ({ text, media: null });

/** The answer of the API's own channel has no place for others. */
const API_FILES = ['IMAGE', 'AUDIO'] as const;

/** The bubbles of a reply; whoever is handed to a person reads the channel's own words for that last. */
function partsOf(turn: ClaimedTurn, thought: Thought, scene: SceneRow, agent: AgentConfig): Bubble[] {
  const files = scene.channel_type === 'API' ? API_FILES : undefined;
  const parts = extractMedia(thought.text, linksOfTurn({ turn, scene, agent, learnt: thought.learnt }), files).flatMap(
    ({ text, media }) =>
      media
        ? [{ text, media: { ...media, fileName: nameFile(media), mimetype: null } }]
        : splitMessage(text, agent.splitMessages).map(words),
  );
  const waiting = thought.effect?.kind === 'HUMAN' ? readWaitingText(scene.config) : null;
  return waiting ? [...parts, words(waiting)] : parts;
}

/** What is said, by a model or by nobody's thought. */
type Words = Pick<Settlement, 'servedModel' | 'trace' | 'step' | 'mayRestart'>;

function wordsOf(thought: Thought, { attempt }: ClaimedTurn, agent: AgentConfig): Words {
  const { servedModel, step } = thought;
  const mayRestart = thought.mayRestart && agent.groupsMessages;
  return { servedModel, step, mayRestart, trace: { ...thought.trace, attempt } };
}

function settlement(turn: ClaimedTurn, scene: SceneRow, said: Words, parts: readonly Bubble[]): Settlement {
  return {
    turn,
    address: scene.address,
    ...said,
    deliveredLocally: scene.channel_type === 'API',
    parts: parts.map(({ text, media }) => {
      const textHash = Buffer.from(hashContent(media?.kind ?? 'TEXT', text));
      return { id: uuid7(), messageId: uuid7(), text, textHash, media };
    }),
  };
}
