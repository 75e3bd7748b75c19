import type { Pool } from 'pg';
import type { Step, StepEnd } from './read-journal.js';
import type { EarlierCall } from './remember-calls.js';
import type { ClaimedTurn } from './turns.queries.js';

/** The journal of a turn, in order. */
export async function loadSteps(pool: Pool, turn: { workspaceId: string; id: string }): Promise<Step[]> {
  const { rows } = await pool.query<Step>(
    `SELECT n, kind, name, state, request, result, input_tokens AS "inputTokens", output_tokens AS "outputTokens"
     FROM turn_steps WHERE workspace_id = $1 AND turn_id = $2 ORDER BY n`,
    [turn.workspaceId, turn.id],
  );
  return rows;
}

/**
 * The last tool calls of earlier turns of the chat's open interaction, at most 20, oldest first: what the agent has done for
 * this customer already.
 */
export async function earlierCalls(pool: Pool, { workspaceId, id, chatId }: ClaimedTurn): Promise<EarlierCall[]> {
  const { rows } = await pool.query<EarlierCall>({
    name: 'earlier-calls',
    text: `SELECT turn_id || '_' || n AS "callId", name, arguments, answer FROM (
       SELECT s.turn_id, s.n, s.name, s.request -> 'arguments' AS arguments, s.result -> 'value' AS answer, s.started_at
       FROM interactions i
       JOIN turns t ON t.workspace_id = i.workspace_id AND t.chat_id = i.chat_id AND t.first_at >= i.start_at AND t.id <> $3
       JOIN turn_steps s ON s.workspace_id = t.workspace_id AND s.turn_id = t.id
       WHERE i.workspace_id = $1 AND i.chat_id = $2 AND i.status <> 'RESOLVED'
         AND s.kind = 'TOOL' AND s.state IN ('DONE', 'UNKNOWN')
       ORDER BY s.started_at DESC, s.n DESC LIMIT 20) newest
     ORDER BY started_at, n`,
    values: [workspaceId, chatId, id],
  });
  return rows;
}

/** A call about to be made. */
export interface StepBegin {
  readonly turn: ClaimedTurn;
  readonly n: number;
  readonly kind: 'MODEL' | 'TOOL';
  readonly name: string;
  readonly request: unknown;
}

// Written and committed before the call. Under the chat's lock: where a person has taken over (epoch), or another worker has
// the turn (fence), no row comes back and the call is not made. A row that was begun and never ended is taken over.
const BEGIN_STEPS = `
WITH step AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS x(i int, ws uuid, turn uuid, chat uuid, fence int, n int, kind text, name text,
                                                 request jsonb)
),
chat AS MATERIALIZED (
  SELECT c.workspace_id, c.id, c.epoch FROM step x JOIN chats c ON c.workspace_id = x.ws AND c.id = x.chat
  ORDER BY 1, 2 FOR SHARE OF c
),
ours AS (
  SELECT x.* FROM step x
  JOIN chat c ON c.workspace_id = x.ws AND c.id = x.chat
  JOIN turns t ON t.workspace_id = x.ws AND t.id = x.turn AND t.fence = x.fence AND t.state = 'THINKING' AND t.epoch = c.epoch
),
begun AS (
  INSERT INTO turn_steps (workspace_id, turn_id, n, kind, name, request, fence)
  SELECT ws, turn, n, kind, name, request, fence FROM ours ORDER BY ws, turn, n
  ON CONFLICT (workspace_id, turn_id, n)
  DO UPDATE SET fence = excluded.fence, started_at = now(), kind = excluded.kind, name = excluded.name, request = excluded.request
  WHERE turn_steps.state = 'STARTED'
  RETURNING workspace_id, turn_id, n
)
SELECT x.i FROM ours x JOIN begun b ON b.workspace_id = x.ws AND b.turn_id = x.turn AND b.n = x.n`;

/** Journals calls before they are made; false: it must not be made. */
export async function beginSteps(pool: Pool, steps: readonly StepBegin[]): Promise<boolean[]> {
  const rows = steps.map(({ turn, n, kind, name, request }, i) => ({
    i,
    ws: turn.workspaceId,
    turn: turn.id,
    chat: turn.chatId,
    fence: turn.fence,
    n,
    kind,
    name,
    request,
  }));
  const result = await pool.query<{ i: number }>({
    name: 'begin-steps',
    text: BEGIN_STEPS,
    values: [JSON.stringify(rows)],
  });
  const begun = new Set(result.rows.map((row) => row.i));
  return steps.map((_, i) => begun.has(i));
}

/** Completes a call's row; false when another worker has the turn by now, or the row was completed before. */
export async function endStep(pool: Pool, turn: ClaimedTurn, step: StepEnd): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE turn_steps
     SET state = $5, result = $6, input_tokens = $7, output_tokens = $8, finished_at = now()
     WHERE workspace_id = $1 AND turn_id = $2 AND n = $3 AND fence = $4 AND state = 'STARTED'`,
    [
      turn.workspaceId,
      turn.id,
      step.n,
      turn.fence,
      step.state,
      JSON.stringify(step.result),
      step.inputTokens ?? null,
      step.outputTokens ?? null,
    ],
  );
  return rowCount === 1;
}
