import type { Pool } from 'pg';
import type { ChatRow, ListChatsQuery } from './chats.dto.js';

const FILTER = `
FROM chats c
JOIN contacts t ON t.workspace_id = c.workspace_id AND t.id = c.contact_id
JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
JOIN agents a ON a.workspace_id = c.workspace_id AND a.id = h.agent_id
WHERE c.workspace_id = $1 AND ($2::uuid IS NULL OR h.agent_id = $2)
  AND ($3::text IS NULL OR t.name ILIKE '%' || $3 || '%' OR t.phone LIKE '%' || $3 || '%' OR c.title ILIKE '%' || $3 || '%')`;

/** One page of the inbox, newest activity first, and how many chats match. */
export async function listChats(
  pool: Pool,
  workspaceId: string,
  query: ListChatsQuery,
): Promise<{ rows: ChatRow[]; total: number }> {
  const search = query.query ? query.query.replace(/[\\%_]/g, '\\$&') : null;
  const values = [workspaceId, query.agentId ?? null, search];
  const [page, count] = await Promise.all([
    pool.query<ChatRow>(
      `SELECT c.id, c.title, c.address, h.type AS channel_type, a.id AS agent_id, a.name AS agent_name,
              a.avatar AS agent_avatar, t.name AS contact_name, t.phone, t.picture, c.human_talk, c.unread, c.finished,
              (extract(epoch FROM c.created_at) * 1000)::float8 AS created_ms,
              (extract(epoch FROM c.last_message_at) * 1000)::float8 AS time_ms, m.text AS last_text, m.role AS last_role
       ${FILTER.replace(
         'WHERE',
         `LEFT JOIN LATERAL (SELECT text, role FROM messages m WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id
                             ORDER BY m.seq DESC LIMIT 1) m ON true
          WHERE`,
       )}
       ORDER BY c.last_message_at DESC, c.id LIMIT $4 OFFSET $5`,
      [...values, query.pageSize, (query.page - 1) * query.pageSize],
    ),
    pool.query<{ total: number }>(`SELECT count(*)::int AS total ${FILTER}`, values),
  ]);
  return { rows: page.rows, total: count.rows[0]!.total };
}
