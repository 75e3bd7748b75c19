import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { readChannelConfig, readWaitingText } from '../channels/read-channel-config.js';
import { hushChat, markTriggered } from '../chats/chat-state.queries.js';
import { sayInChat } from '../chats/say.queries.js';
import { finishChat, handToPerson, lockChat } from '../chats/takeover.queries.js';
import { DONE, SEND, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { tellPeople } from '../workspaces/notices.queries.js';
import type { AgentConfig } from './agent-config.service.js';
import { type Decision, decideTurn, hearsTrigger } from './decide-turn.js';
import { isGroup, judgeGroup } from './judge-group.js';
import { judgeLoop, LOOP_LENGTH } from './judge-loop.js';
import { countRepliesToday, loadLoopLines } from './turn-facts.queries.js';
import { type ClaimedTurn, endTurn, type SceneRow } from './turns.queries.js';
import { TurnsService } from './turns.service.js';

type Silence = Exclude<Decision, { readonly kind: 'answer' }>;

/** What people are told when a chat is handed to them, by the reason. */
const NOTICES: Readonly<Record<string, string>> = {
  loop_guard: 'chat.loop',
  daily_limit: 'chat.daily_limit',
  wants_person: 'chat.needs_person',
};

/** Finds out who answers a turn, and does what follows where it is not the agent. */
@Injectable()
export class DecisionsService {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    private readonly turns: TurnsService,
    private readonly wakeups: WakeupsService,
  ) {}

  /** Decides the turn. What only few turns need is asked for only there. */
  async decide(turn: ClaimedTurn, scene: SceneRow, agent: AgentConfig): Promise<Decision> {
    const config = readChannelConfig(scene.config);
    const { startTrigger, endTrigger } = config;
    const said = { startTrigger, inbound: scene.inbound };
    const [lines, repliesToday] = await Promise.all([
      this.mayLoop(scene) ? loadLoopLines(this.pool, turn) : [],
      agent.maxDailyMessages === null ? 0 : countRepliesToday(this.pool, turn),
    ]);
    const { workspaceState, isActive, staleAfterMs, answerStale, enabledHumanTransfer } = agent;
    const decision = decideTurn({
      ...{ workspaceState, agentActive: isActive, staleAfterMs, answerStale, enabledHumanTransfer, endTrigger },
      ...said,
      humanTalk: scene.human_talk,
      turnEpoch: turn.epoch,
      chatEpoch: scene.epoch,
      isAnswer: turn.cause === 'MESSAGE',
      answersPrivate: isGroup(scene.address) || config.enablePrivateChatResponse !== false,
      groupSilence: isGroup(scene.address) ? judgeGroup(config, scene.inbound) : null,
      triggered: scene.triggered,
      isHushed: scene.is_hushed,
      isLoop: judgeLoop(lines),
      maxDailyMessages: agent.maxDailyMessages,
      repliesToday,
      limitAction: agent.limitAction,
    });
    if (decision.kind === 'answer' && startTrigger && !scene.triggered && hearsTrigger(said))
      await markTriggered(this.pool, turn.workspaceId, turn.chatId);
    return decision;
  }

  /** Ends a turn the agent does not answer, and does what its reason asks for, in one transaction. */
  async follow(turn: ClaimedTurn, decision: Silence, scene: SceneRow): Promise<void> {
    if (decision.kind === 'skip' && decision.hush === undefined) return this.turns.skip(turn, decision.reason);
    const { workspaceId, chatId } = turn;
    const isOurs = await inTransaction(this.pool, async (tx) => {
      await lockChat(tx, workspaceId, chatId);
      if (!(await endTurn(tx, turn, 'SKIPPED', decision.reason))) return false;
      if (decision.kind === 'finish') {
        await finishChat(tx, workspaceId, chatId, null);
        return true;
      }
      const kind = NOTICES[decision.reason]!;
      await tellPeople(tx, { workspaceId, kind, chatId, agentId: turn.agentId, channelId: turn.channelId });
      if (decision.kind === 'skip') {
        const seconds = decision.hush === 'tomorrow' ? null : decision.hush!;
        await hushChat(tx, { workspaceId, chatId, seconds, reason: decision.reason });
        return true;
      }
      await handToPerson(tx, workspaceId, chatId, { reason: decision.reason });
      // Nothing is said to a machine: it would answer.
      const waiting = decision.reason === 'loop_guard' ? null : readWaitingText(scene.config);
      if (waiting) await sayInChat(tx, workspaceId, chatId, waiting);
      return true;
    });
    if (!isOurs) return;
    this.wakeups.announce(DONE, turn.id);
    this.wakeups.announce(SEND, '');
  }

  /** A chat too short for a loop, or whose customer takes their time, is not looked at closer. */
  private mayLoop({ history, inbound }: SceneRow): boolean {
    if (history.length + inbound.length < LOOP_LENGTH) return false;
    const [first] = inbound;
    const before = history.findLast(({ role }) => role === 'user');
    const ours = history.findLast(({ author }) => author === 'AGENT');
    if (!first) return false;
    return (ours !== undefined && first.at - ours.at < 5_000) || before?.text.trim() === first.text.trim();
  }
}
