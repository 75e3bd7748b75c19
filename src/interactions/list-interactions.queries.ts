import type { Pool } from 'pg';
import { toLikePattern } from '../common/pagination.js';
import type { InteractionFilter, InteractionRow } from './interactions.dto.js';

/** A statement and its values, so that a test can explain the very text that runs. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** Where a page begins: after so many rows, or after the row that was last. */
export type Place = { readonly offset: number } | { readonly after: Pick<InteractionRow, 'start_at' | 'id'> };

// The agent may be gone: nothing of an interaction is deleted with it.
const ABOUT = `
SELECT i.id, i.agent_id, a.name AS agent_name, a.avatar AS agent_avatar, i.chat_id,
       coalesce(t.name, t.phone, c.address) AS chat_name, h.type AS channel_type, i.status, i.start_at, i.transfer_at,
       i.resolved_at, i.user_id
FROM page i
JOIN chats c ON c.workspace_id = i.workspace_id AND c.id = i.chat_id
JOIN contacts t ON t.workspace_id = c.workspace_id AND t.id = c.contact_id
JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
LEFT JOIN agents a ON a.workspace_id = i.workspace_id AND a.id = i.agent_id
ORDER BY i.start_at DESC, i.id`;

/**
 * Only the conditions that were asked for, so that the plan fits them. Contacts are found by their own search index, and
 * chats through the aliases: those have an index that begins with the contact.
 */
function conditions(workspaceId: string, filter: InteractionFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [workspaceId];
  const place = (value: unknown) => `$${values.push(value)}`;
  const parts: string[] = [];
  if (filter.agentId) parts.push(`agent_id = ${place(filter.agentId)}`);
  if (filter.chatId) parts.push(`chat_id = ${place(filter.chatId)}`);
  if (filter.status) parts.push(`status = ${place(filter.status)}`);
  if (filter.from) parts.push(`start_at >= ${place(filter.from)}`);
  if (filter.to) parts.push(`start_at < ${place(filter.to)}`);
  if (filter.query) {
    const words = place(toLikePattern(filter.query));
    parts.push(`chat_id = ANY (ARRAY(
      SELECT c.id FROM contacts t
      JOIN contact_aliases l ON l.workspace_id = t.workspace_id AND l.contact_id = t.id
      JOIN chats c ON c.workspace_id = l.workspace_id AND c.channel_id = l.channel_id AND c.contact_id = l.contact_id
      WHERE t.workspace_id = $1 AND (t.name ILIKE ${words} OR t.phone LIKE ${words})))`);
  }
  return { where: parts.map((part) => ` AND ${part}`).join(''), values };
}

/** The statement of one page of interactions, newest first; `place` says where it begins. */
export function pageStatement(
  workspaceId: string,
  filter: InteractionFilter,
  pageSize: number,
  place: Place,
): Statement {
  const { where, values } = conditions(workspaceId, filter);
  const n = values.length;
  const after = 'after' in place ? place.after : undefined;
  const from = after
    ? `AND start_at <= $${n + 2} AND (start_at < $${n + 2} OR id > $${n + 3}) ORDER BY start_at DESC, id LIMIT $${n + 1}`
    : `ORDER BY start_at DESC, id LIMIT $${n + 1} OFFSET $${n + 2}`;
  return {
    text: `WITH page AS MATERIALIZED (
             SELECT * FROM interactions WHERE workspace_id = $1${where} ${from}) ${ABOUT}`,
    values: [...values, pageSize, ...(after ? [after.start_at, after.id] : [(place as { offset: number }).offset])],
  };
}

/** The statement that counts the interactions a filter leaves. */
export function countStatement(workspaceId: string, filter: InteractionFilter): Statement {
  const { where, values } = conditions(workspaceId, filter);
  const text = `SELECT count(*)::int AS total FROM interactions WHERE workspace_id = $1${where}`;
  return { text, values };
}

/** One page of interactions, newest first. */
export async function listInteractions(
  pool: Pool,
  workspaceId: string,
  filter: InteractionFilter,
  pageSize: number,
  place: Place,
): Promise<InteractionRow[]> {
  const { text, values } = pageStatement(workspaceId, filter, pageSize, place);
  return (await pool.query<InteractionRow>(text, values)).rows;
}

/** How many interactions a filter leaves. */
export async function countInteractions(pool: Pool, workspaceId: string, filter: InteractionFilter): Promise<number> {
  const { text, values } = countStatement(workspaceId, filter);
  return (await pool.query<{ total: number }>(text, values)).rows[0]!.total;
}
