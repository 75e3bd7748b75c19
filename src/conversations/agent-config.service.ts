import { Injectable, OnModuleInit } from '@nestjs/common';
import type { CommunicationType, GoalType } from '../common/guides.js';
import { CONFIG_CHANGED, WakeupsService } from '../jobs/wakeups.service.js';
import { ModelsService } from '../models/models.service.js';
import { PrismaService } from '../prisma/prisma.service.js';
import type { PromptAgent } from './build-prompt.js';
import type { TransferChoice } from './built-in-tools.js';
import type { TurnLimits } from './decide-step.js';
import type { WorkspaceState } from './decide-turn.js';
import type { Week } from './next-opening.js';

/** Everything a turn needs of its agent. */
export interface AgentConfig extends PromptAgent {
  readonly isActive: boolean;
  readonly workspaceState: WorkspaceState;
  readonly splitMessages: boolean;
  /** Whether what a customer says in a row is gathered before it is answered. */
  readonly groupsMessages: boolean;
  readonly enabledHumanTransfer: boolean;
  readonly enabledReminder: boolean;
  readonly transfers: readonly TransferChoice[];
  readonly limits: TurnLimits;
  /** The business's wall clock, which its working hours are on. */
  readonly businessTimezone: string;
  /** Null: always open. */
  readonly workingHours: Week | null;
  /** Null: the agent answers at all hours. */
  readonly outOfHoursMessage: string | null;
  readonly staleAfterMs: number;
  readonly answerStale: boolean;
  readonly maxDailyMessages: number | null;
  readonly limitAction: string | null;
  /** The provider's id. */
  readonly model: string;
  /** Changes with every edit: keeps prompt caches apart. */
  readonly version: number;
}

interface Entry {
  readonly config: Promise<AgentConfig | undefined>;
  readonly readAt: number;
}

/** A change is announced; this only bounds what a lost announcement costs. */
const STALE_MS = 30_000;

/** Agents as turns need them, cached until something of their workspace changes. */
@Injectable()
export class AgentConfigService implements OnModuleInit {
  private readonly cache = new Map<string, Entry>();

  constructor(
    private readonly prisma: PrismaService,
    private readonly models: ModelsService,
    private readonly wakeups: WakeupsService,
  ) {}

  onModuleInit(): void {
    this.wakeups.on(CONFIG_CHANGED, (workspaceId) => {
      for (const key of this.cache.keys())
        if (workspaceId === '*' || key.startsWith(workspaceId)) this.cache.delete(key);
    });
  }

  /** The agent's configuration, at most 30 s old; undefined when it is gone. */
  find(workspaceId: string, agentId: string): Promise<AgentConfig | undefined> {
    const key = `${workspaceId} ${agentId}`;
    const entry = this.cache.get(key);
    if (entry && performance.now() - entry.readAt < STALE_MS) return entry.config;
    const config = this.read(workspaceId, agentId);
    this.cache.set(key, { config, readAt: performance.now() });
    config.catch(() => this.cache.delete(key));
    return config;
  }

  private async read(workspaceId: string, agentId: string): Promise<AgentConfig | undefined> {
    const agent = await this.prisma.agent.findUnique({
      where: { workspaceId_id: { workspaceId, id: agentId } },
      include: {
        settings: true,
        workspace: true,
        transferRules: { include: { target: true }, orderBy: { createdAt: 'asc' } },
      },
    });
    if (!agent?.settings) return undefined;
    const { settings, workspace } = agent;
    const { model } = await this.models.resolve(settings.preferredModel);
    return {
      name: agent.name,
      behavior: agent.behavior,
      communicationType: agent.communicationType as CommunicationType,
      type: agent.type as GoalType,
      jobName: agent.jobName,
      jobSite: agent.jobSite,
      jobDescription: agent.jobDescription,
      isActive: agent.isActive,
      workspaceState: workspace.deletedAt ? 'deleted' : workspace.suspendedAt ? 'suspended' : 'active',
      version: agent.version,
      timezone: settings.timezone,
      enabledEmoji: settings.enabledEmoji,
      limitSubjects: settings.limitSubjects,
      splitMessages: settings.splitMessages,
      groupsMessages: settings.messageGroupingTime !== 'NO_GROUP',
      enabledHumanTransfer: settings.enabledHumanTransfer,
      enabledReminder: settings.enabledReminder,
      // One who is switched off would leave the customer unanswered.
      transfers: agent.transferRules
        .filter(({ target }) => target?.isActive !== false)
        .map(({ id, instructions, returnOnFinish, userId, target }) => ({
          id,
          instructions,
          returnOnFinish,
          userId,
          target: target && { id: target.id, name: target.name },
        })),
      limits: {
        steps: settings.maxTurnSteps,
        seconds: settings.maxTurnSeconds,
        tokens: settings.maxTurnTokens,
      },
      businessTimezone: workspace.timezone,
      workingHours: settings.workingHours as Week | null,
      outOfHoursMessage: settings.outOfHoursMessage,
      staleAfterMs: settings.staleAfterMinutes * 60_000,
      answerStale: settings.answerStale,
      maxDailyMessages: settings.maxDailyMessages,
      limitAction: settings.maxDailyMessagesLimitAction,
      model,
    };
  }
}
