import type { Pool } from 'pg';
import type { LoopLine } from './judge-loop.js';

interface ChatKey {
  readonly workspaceId: string;
  readonly chatId: string;
}

/**
 * How often the agent has replied in a chat today, on the business's clock, since it was last silenced: a pause begins the
 * count anew.
 */
export async function countRepliesToday(pool: Pool, { workspaceId, chatId }: ChatKey): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM chats c
     JOIN workspaces w ON w.id = c.workspace_id
     JOIN turns t ON t.workspace_id = c.workspace_id AND t.chat_id = c.id
     WHERE c.workspace_id = $1 AND c.id = $2 AND t.kind = 'ANSWER' AND t.state IN ('SENDING', 'DONE')
       AND t.first_at >= greatest(date_trunc('day', now() AT TIME ZONE w.timezone) AT TIME ZONE w.timezone,
                                  coalesce(c.hushed_until, '-infinity'))`,
    [workspaceId, chatId],
  );
  return rows[0]!.n;
}

/** The chat's last 100 lines up to now, oldest first, as the loop guard reads them. */
export async function loadLoopLines(pool: Pool, { workspaceId, chatId }: ChatKey): Promise<LoopLine[]> {
  const { rows } = await pool.query<LoopLine>(
    `SELECT CASE WHEN role = 'user' THEN 'customer' WHEN author = 'AGENT' THEN 'agent' ELSE 'other' END AS "from", text,
            (extract(epoch FROM CASE role WHEN 'user' THEN created_at ELSE sent_at END) * 1000)::float8 AS "atMs"
     FROM messages
     WHERE workspace_id = $1 AND chat_id = $2 AND coalesce(status, '') NOT IN ('FAILED', 'CANCELED')
     ORDER BY seq DESC LIMIT 100`,
    [workspaceId, chatId],
  );
  return rows.reverse();
}
