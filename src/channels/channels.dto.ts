import { z } from 'zod';
import { text } from '../common/fields.js';
import type { Language } from '../common/language.js';
import { normalisePhone } from '../common/normalise-phone.js';
import { PageQuery } from '../common/pagination.js';
import { translate } from '../common/sentences.js';
import type { Agent, Channel, Workspace } from '../prisma/generated/client.js';
import { explainConnection } from './explain-connection.js';
import type { LinkState } from './next-connection.js';
import { ChannelConfig, readChannelConfig } from './read-channel-config.js';

export const CHANNEL_TYPES = ['WHATSAPP', 'API'] as const;

const agentId = z.uuid().transform((id) => id.toLowerCase());

/** Any type may be asked for: one that is not built is refused by its name. */
export const CreateChannelBody = z.object({ name: text(120, 1), type: text(64, 1) });
export type CreateChannelBody = z.infer<typeof CreateChannelBody>;

/** Published clients name no agent here; where the workspace has several, it has to be named. */
export const CreateWorkspaceChannelBody = z.object({
  name: text(120, 1),
  type: text(64, 1).default('WHATSAPP'),
  agentId: agentId.optional(),
});
export type CreateWorkspaceChannelBody = z.infer<typeof CreateWorkspaceChannelBody>;

/** Published as nullable: null names no agent, so the channel stays where it is. */
export const UpdateChannelBody = z
  .object({
    name: text(120, 1),
    agentId: agentId.nullable(),
    id: z.string(),
    type: z.string(),
    agentName: z.string().nullable(),
    agentPicture: z.string().nullable(),
    connected: z.boolean(),
    state: z.string(),
    ownJid: z.string().nullable(),
    profileName: z.string().nullable(),
  })
  .partial();
export type UpdateChannelBody = z.infer<typeof UpdateChannelBody>;

export const ChannelQuery = PageQuery.extend({ type: z.enum(CHANNEL_TYPES).default('WHATSAPP') });
export type ChannelQuery = z.infer<typeof ChannelQuery>;
/** `agentId` may come empty: that is its published default. */
export const WorkspaceChannelQuery = ChannelQuery.extend({ agentId: agentId.or(z.literal('')).optional() });
export type WorkspaceChannelQuery = z.infer<typeof WorkspaceChannelQuery>;

const published = {
  id: z.string(),
  name: z.string(),
  type: z.enum(CHANNEL_TYPES),
  agentId: z.string(),
  agentName: z.string(),
  agentPicture: z.string().nullable(),
  connected: z.boolean(),
};
const own = z.object({
  ...published,
  state: z.enum(['created', 'connecting', 'open', 'close', 'refused']),
  /** The number's own address and name, once it has been linked. */
  ownJid: z.string().nullable(),
  profileName: z.string().nullable(),
});

/** A channel as each face shows it. The published list names what other channel types have. */
export const ChannelAnswer = {
  v2: z.object({ ...published, facebookPageId: z.null(), username: z.null() }),
  own,
};

/** A channel on its own page: with how its link stands, since when, and what to do about it. */
export const ChannelWithConnection = own.extend({
  connection: z.object({
    state: own.shape.state,
    /** WhatsApp's status code of the last change: 401 logged out, 403 banned, … */
    reason: z.number().nullable(),
    since: z.iso.datetime(),
    /** A sentence for people, in the caller's language. */
    guidance: z.string(),
  }),
});

const reference = z.object({ id: z.string(), name: z.string(), type: z.enum(CHANNEL_TYPES) });
const workspace = z.object({ id: z.string(), name: z.string() });

/** What the published routes answer to a creation for an agent, to one for a workspace, and to a change. */
export const CreatedChannelAnswer = { v2: reference, own };
export const CreatedWorkspaceChannelAnswer = { v2: reference.extend({ assistantId: z.string(), workspace }), own };
export const UpdatedChannelAnswer = {
  v2: z.object({ name: z.string(), assistantId: z.string(), type: z.enum(CHANNEL_TYPES), workspace }),
  own,
};

/** A code to scan, or word that none is needed. */
export const QrCodeAnswer = {
  v2: z.union([z.object({ value: z.string() }), z.object({ connected: z.literal(true) })]),
  own: z.union([
    z.object({ value: z.string(), png: z.string(), pairingCode: z.string().nullable() }),
    z.object({ connected: z.literal(true) }),
  ]),
};

/** The phone that will type the code, however it is written; its digits go to the gateway. */
export const PairingCodeBody = z.object({
  phone: text(40, 1)
    .refine(
      (value) => normalisePhone(value) !== undefined,
      'is not a phone number with its country code, such as +55 81 99999-0000',
    )
    .meta({ example: '+55 81 99999-0000' }),
});
export type PairingCodeBody = z.infer<typeof PairingCodeBody>;

/** A code to type on the phone, and the one to scan instead; or word that none is needed. */
export const PairingCodeAnswer = z.union([
  z.object({ pairingCode: z.string(), value: z.string(), png: z.string() }),
  z.object({ connected: z.literal(true) }),
]);

/** `id` and `tenant` are the published names of the channel's and the workspace's id. */
const identity = { id: z.string(), tenant: z.string(), type: z.string() };
const ownConfig = z.object({ ...ChannelConfig.shape, ...identity });
/** The published configuration of a WhatsApp number has four settings; the others are read and written on our own face. */
export const ConfigAnswer = {
  v2: ownConfig.pick({
    id: true,
    tenant: true,
    audioAction: true,
    startTrigger: true,
    endTrigger: true,
    enabledTyping: true,
    type: true,
  }),
  own: ownConfig,
};
/** Every field may be left out and then stays; the identity is taken, since GET answers it, and changes nothing. */
export const UpdateConfigBody = z.object({
  ...(Object.fromEntries(
    Object.entries(ChannelConfig.shape).map(([key, schema]) => [key, schema.unwrap().optional()]),
  ) as unknown as { [K in keyof ChannelConfig]: z.ZodOptional<z.ZodType<ChannelConfig[K]>> }),
  ...z.object(identity).partial().shape,
});
export type UpdateConfigBody = z.infer<typeof UpdateConfigBody>;

/** A channel with the neighbours its view names. */
export type ChannelRow = Channel & { agent: Agent & { workspace: Workspace } };

export function toChannelView({ agent, ...channel }: ChannelRow) {
  const { id, name, type, state, ownJid, profileName, agentId: owner } = channel;
  return {
    id,
    name,
    type,
    state,
    ownJid,
    profileName,
    connected: state === 'open',
    agentId: owner,
    assistantId: owner,
    agentName: agent.name,
    agentPicture: agent.avatar,
    facebookPageId: null,
    username: null,
    workspace: agent.workspace,
  };
}

export function toConfigView(channel: Pick<Channel, 'id' | 'workspaceId' | 'type' | 'config'>) {
  return {
    ...readChannelConfig(channel.config),
    id: channel.id,
    tenant: channel.workspaceId,
    type: channel.type,
  };
}

/** The same with the state of its link, explained. */
export function toChannelWithConnection(row: ChannelRow, language: Language) {
  const link = { state: row.state as LinkState, reason: row.stateReason };
  const guidance = translate(explainConnection({ ...link, isDeaf: row.deafSince !== null }), language);
  return { ...toChannelView(row), connection: { ...link, since: row.stateAt.toISOString(), guidance } };
}
