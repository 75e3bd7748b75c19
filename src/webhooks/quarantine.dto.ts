import { z } from 'zod';
import { PageQuery } from '../common/pagination.js';

export const ListQuarantineQuery = PageQuery.omit({ query: true });
export type ListQuarantineQuery = z.infer<typeof ListQuarantineQuery>;

/** A body that could not be read. `body` is its beginning; `characters` says how long the whole is. */
export const QuarantineAnswer = z.object({
  id: z.string(),
  channelId: z.string(),
  error: z.string(),
  body: z.string(),
  characters: z.int(),
  createdAt: z.iso.datetime(),
});

/** A body as the query reads it. */
export interface QuarantineRow {
  id: string;
  channel_id: string;
  error: string;
  body: string;
  characters: number;
  created_at: Date;
}

export function toQuarantineView({ id, error, body, characters, channel_id, created_at }: QuarantineRow) {
  return { id, error, body, characters, channelId: channel_id, createdAt: created_at.toISOString() };
}
