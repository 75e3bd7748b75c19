import { z } from 'zod';
import { clearableUrl, emptyToNull, plainText, text, timeZone } from '../common/fields.js';
import type { Face } from '../common/read-face.js';
import { PUBLISHED_MODELS } from '../models/publish-model.js';
import type { Agent, AgentSettings } from '../prisma/generated/client.js';
import { whyNotWeek } from './check-week.js';

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

/** The longest name of an agent, in UTF-16 units. */
export const MAX_NAME = 120;

/** What happens at the daily limit as long as nobody has chosen: the agent stays silent until the next day. */
const DEFAULT_LIMIT_ACTION = 'BLOCK';

/** The fields a person may write. Null and an empty text clear what may be empty. */
const writable = {
  name: text(MAX_NAME, 1).meta({ example: 'Bia' }),
  avatar: clearableUrl().meta({ example: 'https://example.com/bia.png' }),
  behavior: text(50_000).nullable().meta({ example: 'Seja breve e simpática. Nunca prometa prazos.' }),
  communicationType: z.enum(COMMUNICATION_TYPES),
  type: z.enum(AGENT_TYPES),
  jobName: text(200).nullable().meta({ example: 'Doces do Porto' }),
  jobSite: text(2_048).nullable().meta({ example: 'https://example.com' }),
  jobDescription: text(10_000).nullable().meta({ example: 'Bolos por encomenda, de segunda a sexta.' }),
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

const always = {
  id: z.string(),
  name: z.string(),
  behavior: z.string(),
  communicationType: z.enum(COMMUNICATION_TYPES),
  type: z.enum(AGENT_TYPES),
};

/** An agent as each face shows it. */
export const AgentAnswer = {
  v2: z.object({
    ...always,
    avatar: plainText(),
    jobName: plainText(),
    jobSite: plainText(),
    jobDescription: plainText(),
  }),
  own: z.object({
    ...always,
    avatar: z.string().nullable(),
    jobName: z.string().nullable(),
    jobSite: z.string().nullable(),
    jobDescription: z.string().nullable(),
    isActive: z.boolean(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  }),
};

/** The fields of a body that go to the table; `behavior` is never null there. */
export function toAgentData(body: UpdateAgentBody): Partial<Omit<CreateAgentBody, 'behavior'>> & { behavior?: string } {
  const { name, communicationType, type } = body;
  return {
    name,
    avatar: emptyToNull(body.avatar),
    behavior: body.behavior === null ? '' : body.behavior,
    communicationType,
    type,
    jobName: emptyToNull(body.jobName),
    jobSite: emptyToNull(body.jobSite),
    jobDescription: emptyToNull(body.jobDescription),
  };
}

export function toAgentView(agent: Agent) {
  return { ...agent, createdAt: agent.createdAt.toISOString(), updatedAt: agent.updatedAt.toISOString() };
}

const settings = {
  prefferModel: text(200, 1).meta({ example: 'GPT_5_2' }),
  timezone: timeZone().meta({ example: 'America/Sao_Paulo' }),
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
  onLackKnowLedge: clearableUrl().meta({ example: 'https://example.com/hooks/unanswered' }),
};

const clock = (example: string) =>
  z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 08:00')
    .meta({ example });
/** When the business is open; a day that is not listed is closed. Sunday is 0. */
const WorkingHours = z
  .array(
    z.object({
      dayWeek: z.int().min(0).max(6),
      active: z.boolean().default(true),
      hours: z
        .array(z.object({ start: clock('08:00'), end: clock('18:00') }))
        .max(24)
        .default([]),
    }),
  )
  .max(7)
  .superRefine((days, context) => {
    for (const { path, message } of whyNotWeek(days)) context.addIssue({ code: 'custom', path: [...path], message });
  });

/** Settings the published face does not have. */
const ownSettings = {
  /** A week at most. */
  staleAfterMinutes: z.int().min(1).max(10_080),
  answerStale: z.boolean(),
  answerReactions: z.boolean(),
  giveBackMinutes: z.int().min(1).max(43_200).nullable(),
  workingHours: WorkingHours.nullable(),
  outOfHoursMessage: text(4_096).nullable(),
  maxTurnSteps: z.int().min(1).max(50),
  maxTurnSeconds: z.int().min(5).max(600),
  maxTurnTokens: z.int().min(1_000).max(2_000_000),
};

const shown = { ...settings, timezone: z.string() };

/**
 * Settings as each face shows them. The published one knows neither a null action, nor a null address, nor a model
 * outside its list: there the model is told by the nearest name it has.
 */
export const SettingsAnswer = {
  v2: z.preprocess(
    (view: SettingsView) => ({ ...view, prefferModel: view.publishedModel }),
    z.object({
      ...shown,
      prefferModel: z.enum(PUBLISHED_MODELS),
      maxDailyMessagesLimitAction: z.preprocess((value) => value ?? DEFAULT_LIMIT_ACTION, z.enum(DAILY_LIMIT_ACTIONS)),
      onLackKnowLedge: plainText(),
    }),
  ),
  own: z.object({
    ...shown,
    ...ownSettings,
    workingHours: z
      .array(
        z.object({
          dayWeek: z.int(),
          active: z.boolean(),
          hours: z.array(z.object({ start: z.string(), end: z.string() })),
        }),
      )
      .nullable(),
    giveBackMinutes: z.int().nullable(),
    prefferModel: z.string(),
    onLackKnowLedge: z.string().nullable(),
  }),
};

/** Null as a model means the installation's default; the model may be spelled right as well. */
export const UpdateSettingsBody = z
  .object({
    ...settings,
    ...ownSettings,
    prefferModel: settings.prefferModel.nullable(),
    preferredModel: settings.prefferModel.nullable(),
  })
  .partial();
export type UpdateSettingsBody = z.infer<typeof UpdateSettingsBody>;

/**
 * What a body asks of the table, under the table's names. A field left out is undefined and stays as it is, and so do, under
 * `/v2`, the settings that face does not have.
 */
export function toSettingsData(body: UpdateSettingsBody, face: Face) {
  const { prefferModel, preferredModel = prefferModel, onLackKnowLedge, ...same } = body;
  const { outOfHoursMessage, ...rest } = same;
  const data = {
    ...rest,
    outOfHoursMessage: emptyToNull(outOfHoursMessage),
    preferredModel,
    onLackKnowledge: emptyToNull(onLackKnowLedge),
  };
  if (face === 'v2') for (const name of Object.keys(ownSettings)) delete (data as Record<string, unknown>)[name];
  return data;
}

/** What an agent's model is called: here, and among the published names. */
export interface ModelNames {
  readonly prefferModel: string;
  readonly publishedModel: string;
}

/** Settings under their published names. */
export function toSettingsView(row: AgentSettings, models: ModelNames) {
  const { preferredModel: _, onLackKnowledge, ...same } = row;
  return { ...same, ...models, onLackKnowLedge: onLackKnowledge };
}
type SettingsView = ReturnType<typeof toSettingsView>;
