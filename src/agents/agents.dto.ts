import { z } from 'zod';
import { text, timeZone } from '../common/fields.js';
import type { Agent, AgentSettings } from '../prisma/generated/client.js';

export const COMMUNICATION_TYPES = ['FORMAL', 'NORMAL', 'RELAXED'] as const;
export const AGENT_TYPES = ['SUPPORT', 'SALE', 'PERSONAL'] as const;
/** THIRD_SEC is thirty seconds; the spelling is the published one. */
export const GROUPING_TIMES = ['NO_GROUP', 'FIVE_SEC', 'TEN_SEC', 'THIRD_SEC', 'ONE_MINUTE'] as const;
export const DAILY_LIMITS = [20, 50, 100, 200, 500, 1000] as const;
export const DAILY_LIMIT_ACTIONS = [
  'TEMP_BLOCK_30S',
  'TEMP_BLOCK_5M',
  'TEMP_BLOCK_10M',
  'TEMP_BLOCK_30M',
  'TEMP_BLOCK_1H',
  'BLOCK',
  'TRANSFER',
] as const;

/** The fields a person may write. Null clears what may be empty. */
const writable = {
  name: text(120, 1),
  avatar: text(2_048).nullable(),
  behavior: text(50_000).nullable(),
  communicationType: z.enum(COMMUNICATION_TYPES),
  type: z.enum(AGENT_TYPES),
  jobName: text(200).nullable(),
  jobSite: text(2_048).nullable(),
  jobDescription: text(10_000).nullable(),
};

export const CreateAgentBody = z.object(writable).partial().required({ name: true });
export type CreateAgentBody = z.infer<typeof CreateAgentBody>;

/** What GET answers and PUT cannot change is taken and left alone, so that a read agent can be sent back whole. */
export const UpdateAgentBody = z
  .object({
    ...writable,
    id: z.string(),
    isActive: z.boolean(),
    version: z.number(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .partial();
export type UpdateAgentBody = z.infer<typeof UpdateAgentBody>;

const published = {
  id: z.string(),
  name: z.string(),
  avatar: z.string().nullable(),
  behavior: z.string(),
  communicationType: z.enum(COMMUNICATION_TYPES),
  type: z.enum(AGENT_TYPES),
  jobName: z.string().nullable(),
  jobSite: z.string().nullable(),
  jobDescription: z.string().nullable(),
};

/** An agent as each face shows it. */
export const AgentAnswer = {
  v2: z.object(published),
  own: z.object({
    ...published,
    isActive: z.boolean(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  }),
};

/** The fields of a body that go to the table; `behavior` is never null there. */
export function toAgentData(body: UpdateAgentBody): Partial<Omit<CreateAgentBody, 'behavior'>> & { behavior?: string } {
  const { name, avatar, communicationType, type, jobName, jobSite, jobDescription } = body;
  const behavior = body.behavior === null ? '' : body.behavior;
  return { name, avatar, behavior, communicationType, type, jobName, jobSite, jobDescription };
}

export function toAgentView(agent: Agent) {
  return { ...agent, createdAt: agent.createdAt.toISOString(), updatedAt: agent.updatedAt.toISOString() };
}

const settings = {
  prefferModel: text(200, 1),
  timezone: timeZone(),
  enabledHumanTransfer: z.boolean(),
  enabledReminder: z.boolean(),
  splitMessages: z.boolean(),
  enabledEmoji: z.boolean(),
  limitSubjects: z.boolean(),
  messageGroupingTime: z.enum(GROUPING_TIMES),
  signMessages: z.boolean(),
  maxDailyMessages: z.literal(DAILY_LIMITS).nullable(),
  maxDailyMessagesLimitAction: z.enum(DAILY_LIMIT_ACTIONS).nullable(),
  knowledgeByFunction: z.boolean(),
  onLackKnowLedge: text(2_048).nullable(),
};

/** Settings as both faces show them. */
export const SettingsAnswer = z.object({ ...settings, timezone: z.string(), prefferModel: z.string() });

/** Null as a model means the installation's default; the model may be spelled right as well. */
export const UpdateSettingsBody = z
  .object({
    ...settings,
    prefferModel: settings.prefferModel.nullable(),
    preferredModel: settings.prefferModel.nullable(),
  })
  .partial();
export type UpdateSettingsBody = z.infer<typeof UpdateSettingsBody>;

/** What a body asks of the table, under the table's names. A field left out is undefined and stays as it is. */
export function toSettingsData(body: UpdateSettingsBody) {
  const { prefferModel, preferredModel = prefferModel, onLackKnowLedge: onLackKnowledge, ...same } = body;
  return { ...same, preferredModel, onLackKnowledge };
}

/** Settings under their published names; who has chosen no model is shown the default. */
export function toSettingsView(row: AgentSettings, defaultModel: string) {
  const { preferredModel, onLackKnowledge, ...same } = row;
  return { ...same, prefferModel: preferredModel ?? defaultModel, onLackKnowLedge: onLackKnowledge };
}
