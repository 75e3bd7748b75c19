import { z } from 'zod';
import type { Language } from '../common/language.js';
import { PageQuery } from '../common/pagination.js';
import type { Notice } from '../prisma/generated/client.js';
import { wordNotice } from './word-notice.js';

/** `unread` true shows what nobody has read, false what somebody has. */
export const NoticesQuery = PageQuery.omit({ query: true }).extend({
  unread: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
});
export type NoticesQuery = z.infer<typeof NoticesQuery>;

/** What people are told: a sentence in the reader's language, and the ids of what it is about. */
export const NoticeAnswer = z.object({
  id: z.string(),
  kind: z.string(),
  message: z.string(),
  agentId: z.string().nullable(),
  channelId: z.string().nullable(),
  chatId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  times: z.int(),
  createdAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  readAt: z.iso.datetime().nullable(),
});

export function toNoticeView(row: Notice, language: Language) {
  return {
    ...row,
    message: wordNotice(row.kind, language),
    createdAt: row.createdAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
    readAt: row.readAt?.toISOString() ?? null,
  };
}
