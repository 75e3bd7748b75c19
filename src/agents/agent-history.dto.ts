import { z } from 'zod';
import { PageQuery } from '../common/pagination.js';
import type { BehaviorVersionRow, CreditsRow } from './agent-history.queries.js';

/** The one published list whose pages count from 0. */
export const BehaviorHistoryQuery = PageQuery.omit({ query: true }).extend({
  page: z.coerce.number().int().min(0).max(1_000_000).default(0),
});
export type BehaviorHistoryQuery = z.infer<typeof BehaviorHistoryQuery>;

/** Instants are epoch milliseconds; of an author whose account is gone only empty texts are left. */
export const BehaviorVersionAnswer = z.object({
  id: z.string(),
  userId: z.string(),
  userLogin: z.string(),
  userName: z.string(),
  userPicture: z.string().nullable(),
  createdAt: z.int(),
  behaviorText: z.string(),
});

export function toBehaviorVersionView(row: BehaviorVersionRow) {
  const { userId, userLogin, userName } = row;
  return {
    ...row,
    userId: userId ?? '',
    userLogin: userLogin ?? '',
    userName: userName ?? '',
    createdAt: row.createdAt.getTime(),
  };
}

/** A month is a month of a year, and a day a day of a month; each must be in the calendar. */
export const CreditsSpentQuery = z.object({
  year: z.coerce.number().int().min(2000).max(9999).optional().meta({ example: 2026 }),
  month: z.coerce.number().int().min(1).max(12).optional().meta({ example: 11 }),
  day: z.coerce.number().int().min(1).max(31).optional().meta({ example: 25 }),
});
export type CreditsSpentQuery = z.infer<typeof CreditsSpentQuery>;

export const CreditsSpentAnswer = z.object({
  total: z.int(),
  data: z.array(z.object({ credits: z.int(), year: z.int(), month: z.int(), day: z.int(), model: z.string() })),
});

export const toCreditsSpentView = (data: readonly CreditsRow[]) => ({
  total: data.reduce((sum, { credits }) => sum + credits, 0),
  data,
});
