import { z } from 'zod';
import { id, plainText, text } from '../common/fields.js';
import { PageQuery } from '../common/pagination.js';
import { toDuration } from './measure-duration.js';
import { toProtocol } from './number-interaction.js';

export const STATUSES = ['RUNNING', 'WAITING', 'RESOLVED'] as const;

const instant = () => z.iso.datetime({ offset: true });

/** What narrows a list or an export; `from` and `to` bound the start, `to` excluded. */
const filters = {
  agentId: id().optional(),
  chatId: id().optional(),
  status: z.enum(STATUSES).optional(),
  from: instant().optional().meta({ example: '2026-11-01T00:00:00Z' }),
  to: instant().optional().meta({ example: '2026-12-01T00:00:00Z' }),
};

/** `agentId` may come empty: published clients send it so for "any". */
export const ListInteractionsQuery = PageQuery.extend({ ...filters, agentId: id().or(z.literal('')).optional() });
export type ListInteractionsQuery = z.infer<typeof ListInteractionsQuery>;

/** `pagesize` is the published spelling. Without a page everything is exported. */
export const ExportBody = z
  .object({
    page: z.int().min(1).max(1_000_000).meta({ example: 1 }),
    pagesize: z.int().min(1).max(10_000).meta({ example: 100 }),
    query: text(200),
    ...filters,
  })
  .partial();
export type ExportBody = z.infer<typeof ExportBody>;

/** The filters of a list or an export, as the statements take them. */
export type InteractionFilter = Pick<ExportBody, 'agentId' | 'chatId' | 'status' | 'from' | 'to' | 'query'>;

const own = z.object({
  id: z.string(),
  agentId: z.string(),
  agentName: z.string(),
  agentAvatar: z.string().nullable(),
  chatId: z.string(),
  chatName: z.string(),
  status: z.enum(STATUSES),
  startAt: z.iso.datetime(),
  transferAt: z.iso.datetime().nullable(),
  resolvedAt: z.iso.datetime().nullable(),
  userId: z.string().nullable(),
  protocol: z.string(),
});
type OwnInteraction = z.input<typeof own>;

/** An interaction as each face shows it. */
export const InteractionAnswer = {
  v2: own
    .omit({ protocol: true })
    .extend({ agentAvatar: plainText(), transferAt: plainText(), resolvedAt: plainText(), userId: plainText() }),
  own,
};

/** The published answer to the deletion of an interaction. */
export const Deleted = z.object({ deleted: z.literal(true) });

/** One row of an export. Everything is text. */
export const ExportRow = z.object({
  contactName: z.string(),
  channelType: z.string(),
  status: z.string(),
  agentName: z.string(),
  startAt: z.string(),
  resolvedAt: z.string(),
  duration: z.string(),
  protocol: z.string(),
});
export type ExportRow = z.infer<typeof ExportRow>;

/** An interaction as the queries read it. */
export interface InteractionRow {
  id: string;
  agent_id: string;
  agent_name: string | null;
  agent_avatar: string | null;
  chat_id: string;
  chat_name: string;
  channel_type: string;
  status: (typeof STATUSES)[number];
  start_at: Date;
  transfer_at: Date | null;
  resolved_at: Date | null;
  user_id: string | null;
}

export function toInteractionView(row: InteractionRow): OwnInteraction {
  return {
    id: row.id,
    agentId: row.agent_id,
    agentName: row.agent_name ?? '',
    agentAvatar: row.agent_avatar,
    chatId: row.chat_id,
    chatName: row.chat_name,
    status: row.status,
    startAt: row.start_at.toISOString(),
    transferAt: row.transfer_at?.toISOString() ?? null,
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    userId: row.user_id,
    protocol: toProtocol(row.id, row.start_at),
  };
}

export function toExportRow(row: InteractionRow): ExportRow {
  return {
    contactName: row.chat_name,
    channelType: row.channel_type,
    status: row.status,
    agentName: row.agent_name ?? '',
    startAt: row.start_at.toISOString(),
    resolvedAt: row.resolved_at?.toISOString() ?? '',
    duration: toDuration(row.start_at, row.resolved_at),
    protocol: toProtocol(row.id, row.start_at),
  };
}
