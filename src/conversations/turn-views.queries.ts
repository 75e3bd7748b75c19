import type { Pool } from 'pg';
import type { TurnDetails, TurnRow } from './turns.dto.js';

const MS = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
const SPAN = (from: string, to: string) => `round(extract(epoch FROM ${to} - ${from}) * 1000)::float8`;
/** Longer requests and results are cut: a journal is read, not replayed from here. */
const SHOWN_CHARS = 4_000;

const TURN = `t.id, t.chat_id AS "chatId", t.agent_id AS "agentId", t.kind, t.state, t.cause, t.reason,
  t.inbound_ids AS "inboundIds", t.attempt AS attempts, t.restarts, ${SPAN('t.first_at', 't.started_at')} AS "waitedMs",
  ${SPAN('t.started_at', 't.finished_at')} AS "tookMs", s."inputTokens", s."outputTokens",
  round(${MS('t.first_at')}) AS "createdAt", round(${MS('t.finished_at')}) AS "finishedAt"`;
const USAGE = `LEFT JOIN LATERAL (
  SELECT coalesce(sum(input_tokens), 0)::int AS "inputTokens", coalesce(sum(output_tokens), 0)::int AS "outputTokens"
  FROM turn_steps s WHERE s.workspace_id = t.workspace_id AND s.turn_id = t.id) s ON true`;

/** A chat's turns, newest first, and how many there are. */
export async function turnsPage(
  pool: Pool,
  chat: { readonly workspaceId: string; readonly chatId: string },
  slice: { readonly take: number; readonly skip: number },
): Promise<{ rows: TurnRow[]; total: number }> {
  const { rows } = await pool.query<TurnRow>(
    `SELECT ${TURN} FROM turns t ${USAGE} WHERE t.workspace_id = $1 AND t.chat_id = $2
     ORDER BY t.first_at DESC, t.id DESC LIMIT $3 OFFSET $4`,
    [chat.workspaceId, chat.chatId, slice.take, slice.skip],
  );
  const count = await pool.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM turns WHERE workspace_id = $1 AND chat_id = $2`,
    [chat.workspaceId, chat.chatId],
  );
  return { rows, total: count.rows[0]!.total };
}

/** One turn with what it answered, its journal and its parts; undefined when it is gone. */
export async function turnDetails(
  pool: Pool,
  workspaceId: string,
  turnId: string,
): Promise<Omit<TurnDetails, 'explanation'> | undefined> {
  const { rows } = await pool.query<Omit<TurnDetails, 'explanation'>>(
    `SELECT ${TURN},
       (SELECT coalesce(json_agg(json_build_object('id', m.id, 'type', m.type, 'text', m.text) ORDER BY m.seq), '[]')
        FROM messages m WHERE m.workspace_id = $1 AND m.id = ANY (t.inbound_ids) AND m.deleted_at IS NULL) AS inbound,
       (SELECT coalesce(json_agg(json_build_object('n', j.n, 'kind', j.kind, 'name', j.name, 'state', j.state,
          'request', left(coalesce(j.request::text, ''), ${SHOWN_CHARS}),
          'result', left(coalesce(j.result::text, ''), ${SHOWN_CHARS}),
          'inputTokens', j.input_tokens, 'outputTokens', j.output_tokens,
          'startedAt', round(${MS('j.started_at')}), 'finishedAt', round(${MS('j.finished_at')})) ORDER BY j.n), '[]')
        FROM turn_steps j WHERE j.workspace_id = $1 AND j.turn_id = t.id) AS steps,
       (SELECT coalesce(json_agg(json_build_object('n', p.n, 'text', p.text, 'state', p.state, 'error', p.error) ORDER BY p.n), '[]')
        FROM outbound_parts p WHERE p.workspace_id = $1 AND p.turn_id = t.id) AS parts
     FROM turns t ${USAGE} WHERE t.workspace_id = $1 AND t.id = $2`,
    [workspaceId, turnId],
  );
  return rows[0];
}
