import { z } from 'zod';
import { text } from './fields.js';

/** The query of every list: `page` from 1, `pageSize` 1–100 (25 when left out), `query` searches the name. */
export const PageQuery = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
  query: text(200).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** One page of a list, and how many items there are on all pages. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
  /** Where the next page begins, for lists that are read by cursor; null after the last one. */
  readonly nextCursor?: string | null;
}

/** The `skip` and `take` that fetch a page. */
export function toSlice({ page, pageSize }: Pick<PageQuery, 'page' | 'pageSize'>): { skip: number; take: number } {
  return { skip: (page - 1) * pageSize, take: pageSize };
}

/** The words as LIKE takes them literally: `%` and `_` are letters like any other. */
const escapeLike = (words: string) => words.replace(/[\\%_]/g, '\\$&');

/** The filter "has these words in it", whatever their case. */
export function toNameFilter(words: string) {
  return { contains: escapeLike(words), mode: 'insensitive' as const };
}

/** The pattern of LIKE and ILIKE for "has these words in it". */
export const toLikePattern = (words: string) => `%${escapeLike(words)}%`;

/** What `meta` says about a page; `totalPages` is 0 for an empty list. */
export function toMeta({ total, page, pageSize, nextCursor }: Page<unknown>) {
  const meta = { total, page, pageSize, totalPages: Math.ceil(total / pageSize) };
  return nextCursor === undefined ? meta : { ...meta, nextCursor };
}
