import { z } from 'zod';
import { PageQuery } from '../common/pagination.js';

/** The published route knows no pages, so the first one is as large as an answer may be. */
export const ListInteractionMessagesQuery = PageQuery.pick({ page: true }).extend({
  pageSize: z.coerce.number().int().min(1).max(1_000).default(1_000),
});
export type ListInteractionMessagesQuery = z.infer<typeof ListInteractionMessagesQuery>;
