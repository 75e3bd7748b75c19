import type { Pool, PoolClient } from 'pg';
import type { PartMedia } from '../chats/outbox.queries.js';
import type { LineMedia } from '../media/describe-media.js';
import type { StepEnd } from './read-journal.js';

/** How long a worker owns a turn without a heartbeat, unless the configuration says otherwise. With the reclaim interval it bounds recovery after kill -9. */
const LEASE_SECONDS = 20;

/** A turn this worker owns until its lease ends; every write names `fence`. */
export interface ClaimedTurn {
  workspaceId: string;
  id: string;
  chatId: string;
  channelId: string;
  agentId: string;
  /** ANSWER is the agent's; SEND a message of a person or an API client. */
  kind: 'ANSWER' | 'SEND';
  /** Why it speaks: what a customer said, or what `instructions` say. */
  cause: 'MESSAGE' | 'IDLE' | 'REMINDER' | 'TRANSFER';
  instructions: string | null;
  state: 'THINKING' | 'SENDING';
  epoch: number;
  fence: number;
  attempt: number;
  inboundIds: string[];
}

const CLAIMED = `t.workspace_id AS "workspaceId", t.id, t.chat_id AS "chatId", t.channel_id AS "channelId",
  t.agent_id AS "agentId", t.kind, t.cause, t.instructions, t.state, t.epoch, t.fence, t.attempt, t.inbound_ids AS "inboundIds"`;

// Due turns of all tenants, oldest first. A turn waits while another of its chat is active; if that one becomes active
// in the same instant, the partial unique index refuses this claim and the next tick tries again.
const CLAIM = `
WITH due AS (
  SELECT workspace_id, id FROM turns t
  WHERE state = 'COLLECTING' AND due_at <= now()
    AND NOT EXISTS (SELECT 1 FROM turns a WHERE a.workspace_id = t.workspace_id AND a.chat_id = t.chat_id
                    AND a.state IN ('THINKING', 'SENDING'))
  ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE turns t SET state = 'THINKING', fence = t.fence + 1, attempt = t.attempt + 1, owner = $2,
       started_at = coalesce(t.started_at, now()), lease_until = now() + make_interval(secs => $3)
FROM due WHERE t.workspace_id = due.workspace_id AND t.id = due.id
RETURNING ${CLAIMED}`;

/** Claims up to `limit` due turns for `owner`. Database clock only. */
export async function claimDueTurns(
  pool: Pool,
  owner: string,
  limit: number,
  leaseSeconds = LEASE_SECONDS,
): Promise<ClaimedTurn[]> {
  const { rows } = await pool.query<ClaimedTurn>({ name: 'claim', text: CLAIM, values: [limit, owner, leaseSeconds] });
  return rows;
}

// All tenants: sends whose chat is free, the oldest of each chat. Nothing is to be thought: they begin as SENDING.
const CLAIM_SENDS = `
WITH waiting AS (
  SELECT workspace_id, id FROM turns t
  WHERE state = 'QUEUED'
    AND NOT EXISTS (SELECT 1 FROM turns a WHERE a.workspace_id = t.workspace_id AND a.chat_id = t.chat_id
                    AND a.state IN ('THINKING', 'SENDING'))
    AND NOT EXISTS (SELECT 1 FROM turns o WHERE o.workspace_id = t.workspace_id AND o.chat_id = t.chat_id
                    AND o.state = 'QUEUED' AND (o.due_at, o.id) < (t.due_at, t.id))
  ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE turns t SET state = 'SENDING', fence = t.fence + 1, attempt = t.attempt + 1, owner = $2,
       lease_until = now() + make_interval(secs => $3)
FROM waiting WHERE t.workspace_id = waiting.workspace_id AND t.id = waiting.id
RETURNING ${CLAIMED}`;

/** Claims up to `limit` queued sends for `owner`, at most one of a chat. */
export async function claimSends(
  pool: Pool,
  owner: string,
  limit: number,
  leaseSeconds = LEASE_SECONDS,
): Promise<ClaimedTurn[]> {
  const values = [limit, owner, leaseSeconds];
  const { rows } = await pool.query<ClaimedTurn>({ name: 'claim-sends', text: CLAIM_SENDS, values });
  return rows;
}

// A lease that ran out: its owner died, or parked the turn until now. The fence makes a paused owner harmless.
const RECLAIM = `
WITH expired AS (
  SELECT workspace_id, id FROM turns
  WHERE state IN ('THINKING', 'SENDING') AND lease_until <= now()
  ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE turns t SET fence = t.fence + 1, attempt = t.attempt + 1, owner = $2, lease_until = now() + make_interval(secs => $3)
FROM expired WHERE t.workspace_id = expired.workspace_id AND t.id = expired.id
RETURNING ${CLAIMED}`;

/** Takes over up to `limit` turns whose lease ended. */
export async function reclaimTurns(
  pool: Pool,
  owner: string,
  limit: number,
  leaseSeconds = LEASE_SECONDS,
): Promise<ClaimedTurn[]> {
  const { rows } = await pool.query<ClaimedTurn>({
    name: 'reclaim',
    text: RECLAIM,
    values: [limit, owner, leaseSeconds],
  });
  return rows;
}

/** Extends the leases of the turns `owner` really works on, and records that it lives. */
export async function heartbeat(
  pool: Pool,
  owner: string,
  turnIds: readonly string[],
  leaseSeconds = LEASE_SECONDS,
): Promise<void> {
  await pool.query(
    `WITH alive AS (
       INSERT INTO workers (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET last_seen_at = now())
     UPDATE turns SET lease_until = now() + make_interval(secs => $2)
     WHERE id = ANY ($3) AND owner = $1 AND state IN ('THINKING', 'SENDING')`,
    [owner, leaseSeconds, turnIds],
  );
}

/** Hands everything of `owner` to whoever is alive, at once; also forgets workers not seen for a day. */
export async function releaseOwner(pool: Pool, owner: string): Promise<void> {
  await pool.query(
    `WITH gone AS (DELETE FROM workers WHERE id = $1 OR last_seen_at < now() - interval '1 day')
     UPDATE turns SET owner = NULL, lease_until = now() WHERE owner = $1 AND state IN ('THINKING', 'SENDING')`,
    [owner],
  );
}

/** For an embedded database, whose folder lock proves that no other process lives: every lease is a dead one's. */
export async function releaseAllOwners(pool: Pool): Promise<void> {
  await pool.query(
    `WITH gone AS (DELETE FROM workers)
     UPDATE turns SET owner = NULL, lease_until = now() WHERE owner IS NOT NULL AND state IN ('THINKING', 'SENDING')`,
  );
}

/** True while some worker was seen within two leases. */
export async function hasLiveWorker(pool: Pool, leaseSeconds = LEASE_SECONDS): Promise<boolean> {
  const { rows } = await pool.query<{ alive: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM workers WHERE last_seen_at > now() - make_interval(secs => $1)) AS alive`,
    [leaseSeconds * 2],
  );
  return rows[0]!.alive;
}

/** One line of the conversation as the prompt needs it. */
export interface SceneMessage {
  id: string;
  role: 'user' | 'assistant';
  author: string;
  type: string;
  text: string;
  content: unknown;
  /** Its file; null: it has none. */
  media: LineMedia | null;
  /** When it reached us, or left us. */
  at: number;
  /** How old it was then; 0 for our own. */
  ageMs: number;
}

/** What is known of a customer from other days. */
export interface ContactMemory {
  phone: string | null;
  email: string | null;
  /** Values of the business's own fields, by the fields' names. */
  fields: Record<string, unknown> | null;
  /** Of the earlier interactions, in one text. */
  summary: string | null;
}

/** What a turn has to be decided on. */
export interface SceneRow {
  n: number;
  address: string;
  epoch: number;
  human_talk: boolean;
  contact_id: string;
  contact_name: string | null;
  channel_type: 'WHATSAPP' | 'API';
  instance_name: string | null;
  enabled_typing: boolean;
  /** The channel's settings, as stored. */
  config: unknown;
  triggered: boolean;
  is_hushed: boolean;
  /** What was said before this turn in the open interaction, oldest first; at most 200 lines and 60,000 characters. */
  history: SceneMessage[];
  /** What is kept of the customer: fields of the contact, and a summary of earlier interactions. */
  contact: ContactMemory;
  /** What this turn answers, in the customer's order. */
  inbound: SceneMessage[];
}

// Of a customer's message the arrival is ours to know, and of our own the moment it left.
const TIMES = `'at', extract(epoch FROM CASE m.role WHEN 'user' THEN m.created_at ELSE m.sent_at END) * 1000,
  'ageMs', CASE m.role WHEN 'user' THEN extract(epoch FROM m.created_at - m.sent_at) * 1000 ELSE 0 END`;

const MEDIA = `'media', CASE WHEN m.media_state IS NOT NULL
  THEN json_build_object('state', m.media_state, 'text', f.text, 'mimetype', f.mimetype, 'fileName', f.file_name) END`;

// A statement of its own, after the claim's commit: in one statement the snapshot would be older than the claim and
// could miss a message that was acknowledged. What already belongs to the next turn is left out. Lines and characters are
// bounded here, so that a long history costs what a short one does; the token budget is the caller's.
const LOAD = `
SELECT t.n, c.address, c.epoch, c.human_talk, c.contact_id, ct.name AS contact_name, ch.type AS channel_type,
       ch.instance_name, coalesce((ch.config ->> 'enabledTyping')::boolean, true) AS enabled_typing, ch.config,
       c.triggered, coalesce(c.hushed_until > now(), false) AS is_hushed,
       coalesce(h.lines, '[]') AS history, coalesce(i.lines, '[]') AS inbound,
       json_build_object('phone', ct.phone, 'email', ct.email, 'fields', f.named, 'summary', past.summary) AS contact
FROM json_to_recordset($1::json) AS t(n int, ws uuid, chat uuid, inbound uuid[])
JOIN chats c ON c.workspace_id = t.ws AND c.id = t.chat
JOIN contacts ct ON ct.workspace_id = t.ws AND ct.id = c.contact_id
JOIN channels ch ON ch.workspace_id = t.ws AND ch.id = c.channel_id
LEFT JOIN turns next ON next.workspace_id = t.ws AND next.chat_id = t.chat AND next.state = 'COLLECTING'
LEFT JOIN interactions oi ON oi.workspace_id = t.ws AND oi.chat_id = t.chat AND oi.status <> 'RESOLVED'
LEFT JOIN LATERAL (
  SELECT i.summary FROM interactions i
  WHERE i.workspace_id = t.ws AND i.chat_id = t.chat AND i.status = 'RESOLVED' AND i.summary IS NOT NULL
  ORDER BY i.resolved_at DESC LIMIT 1
) past ON true
LEFT JOIN LATERAL (
  SELECT json_object_agg(d.name, v.value) AS named
  FROM (SELECT * FROM custom_field_values v WHERE v.workspace_id = t.ws AND v.contact_id = c.contact_id LIMIT 50) v
  JOIN custom_fields d ON d.workspace_id = v.workspace_id AND d.id = v.custom_field_id AND NOT d.is_archived
) f ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('id', m.id, 'role', m.role, 'author', m.author, 'type', m.type, 'text', m.text,
                                    'content', m.content, ${MEDIA}, ${TIMES}) ORDER BY m.seq) AS lines
  FROM (SELECT m.*, sum(length(m.text) + coalesce(length(f.text), 0)) OVER (ORDER BY m.seq DESC) AS so_far
        FROM (SELECT * FROM messages m
              WHERE m.workspace_id = t.ws AND m.interaction_id = oi.id AND m.id <> ALL (t.inbound)
                AND m.id <> ALL (coalesce(next.inbound_ids, '{}'))
                AND coalesce(m.status, '') NOT IN ('FAILED', 'CANCELED') AND m.deleted_at IS NULL
              ORDER BY m.seq DESC LIMIT 200) m
        LEFT JOIN message_media f ON f.workspace_id = m.workspace_id AND f.message_id = m.id) m
  LEFT JOIN message_media f ON f.workspace_id = m.workspace_id AND f.message_id = m.id
  WHERE m.so_far <= 60000
) h ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('id', m.id, 'role', m.role, 'author', m.author, 'type', m.type, 'text', m.text,
                                    'content', m.content, ${MEDIA}, ${TIMES}) ORDER BY m.sent_at, m.seq) AS lines
  FROM messages m
  LEFT JOIN message_media f ON f.workspace_id = m.workspace_id AND f.message_id = m.id
  WHERE m.workspace_id = t.ws AND m.id = ANY (t.inbound) AND m.deleted_at IS NULL
) i ON true`;

/** Loads what each turn is decided on; undefined where the chat is gone. */
export async function loadScenes(pool: Pool, turns: readonly ClaimedTurn[]): Promise<(SceneRow | undefined)[]> {
  const values = [
    JSON.stringify(turns.map((t, n) => ({ n, ws: t.workspaceId, chat: t.chatId, inbound: t.inboundIds }))),
  ];
  const { rows } = await pool.query<SceneRow>({ name: 'load', text: LOAD, values });
  const found = new Map(rows.map((r) => [r.n, r]));
  return turns.map((_, n) => found.get(n));
}

/** A thought, ready to be kept. `deliveredLocally` for the API channel, whose caller reads the answer from us. */
export interface Settlement {
  turn: ClaimedTurn;
  address: string;
  /** Null where no model was asked: a fixed text. */
  servedModel: string | null;
  trace: unknown;
  deliveredLocally: boolean;
  /** The model call this is the answer of; the journal's row is completed with it. Null: there was none. */
  step: StepEnd | null;
  /** Newer words of the customer send the turn back, if it was not sent back before. */
  mayRestart: boolean;
  parts: readonly SettledPart[];
}

/** A bubble of a reply: a text, or a file (then `text` is its caption) that the gateway fetches. */
export interface SettledPart {
  id: string;
  messageId: string;
  text: string;
  textHash: Buffer;
  media?: PartMedia | null;
}

// Reply, parts and the turn's next state in one statement. It returns nothing for a turn that another worker owns by
// now (fence) or that a person took over (epoch): then the thought is dropped and no part ever existed. A turn that newer
// words make incomplete stays as it is: `restartTurn` sends it back.
const SETTLE = `
WITH thought AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS x(n int, ws uuid, turn uuid, chat uuid, channel uuid, fence int,
                                                 address text, model text, trace jsonb, local boolean, silent boolean,
                                                 restartable boolean, step int, result jsonb, tokens_in int, tokens_out int)
),
chat AS MATERIALIZED (
  SELECT c.workspace_id, c.id, c.epoch FROM thought x
  JOIN chats c ON c.workspace_id = x.ws AND c.id = x.chat
  ORDER BY 1, 2 FOR SHARE OF c
),
newer AS MATERIALIZED (
  SELECT x.n FROM thought x
  JOIN chat c ON c.workspace_id = x.ws AND c.id = x.chat
  JOIN turns t ON t.workspace_id = x.ws AND t.id = x.turn AND t.fence = x.fence AND t.state = 'THINKING'
   AND t.epoch = c.epoch AND t.restarts = 0
  WHERE x.restartable
    AND EXISTS (SELECT 1 FROM turns q WHERE q.workspace_id = x.ws AND q.chat_id = x.chat AND q.state = 'COLLECTING'
                AND q.cause = 'MESSAGE')
),
won AS (
  UPDATE turns t
  SET trace = x.trace,
      state = CASE WHEN t.epoch <> c.epoch THEN 'SKIPPED' WHEN x.local OR x.silent THEN 'DONE' ELSE 'SENDING' END,
      reason = CASE WHEN t.epoch <> c.epoch THEN 'human' END,
      finished_at = CASE WHEN t.epoch <> c.epoch OR x.local OR x.silent THEN now() END
  FROM thought x JOIN chat c ON c.workspace_id = x.ws AND c.id = x.chat
  WHERE t.workspace_id = x.ws AND t.id = x.turn AND t.fence = x.fence AND t.state = 'THINKING'
    AND x.n NOT IN (SELECT n FROM newer)
  RETURNING x.n, x.ws, x.turn, x.chat, x.channel, x.address, x.model, x.local, t.epoch, t.state,
            x.step, x.fence, x.result, x.tokens_in, x.tokens_out
),
journaled AS (
  UPDATE turn_steps s
  SET state = 'DONE', result = w.result, input_tokens = w.tokens_in, output_tokens = w.tokens_out, finished_at = now()
  FROM won w
  WHERE s.workspace_id = w.ws AND s.turn_id = w.turn AND s.n = w.step AND s.fence = w.fence AND s.state = 'STARTED'
),
part AS MATERIALIZED (
  SELECT p.*, w.ws, w.turn, w.chat, w.channel, w.address, w.model, w.local, w.epoch
  FROM json_to_recordset($2::json) AS p(t int, n int, id uuid, message uuid, text text, hash text, media jsonb)
  JOIN won w ON w.n = p.t AND w.state <> 'SKIPPED'
),
said AS (
  INSERT INTO messages (workspace_id, id, chat_id, channel_id, interaction_id, turn_id, role, author, type, text,
                        content, provider_id, status, served_model, sent_at)
  SELECT p.ws, p.message, p.chat, p.channel, i.id, p.turn, 'assistant', 'AGENT', coalesce(p.media ->> 'kind', 'TEXT'), p.text,
         CASE WHEN p.media IS NOT NULL THEN jsonb_build_object('mediaUrl', p.media ->> 'url', 'fileName', p.media ->> 'fileName',
                                                               'mimetype', p.media ->> 'mimetype') END,
         CASE WHEN p.local THEN p.message::text END, CASE WHEN p.local THEN 'SENT' ELSE 'QUEUED' END, p.model, now()
  FROM part p
  LEFT JOIN interactions i ON i.workspace_id = p.ws AND i.chat_id = p.chat AND i.status <> 'RESOLVED'
  ORDER BY p.t, p.n
),
queued AS (
  INSERT INTO outbound_parts (workspace_id, id, chat_id, channel_id, turn_id, message_id, n, address, text, text_hash,
                              media, epoch, state, provider_id, sent_at)
  SELECT ws, id, chat, channel, turn, message, n, address, text, decode(hash, 'hex'), media, epoch,
         CASE WHEN local THEN 'SENT' ELSE 'PENDING' END, CASE WHEN local THEN message::text END,
         CASE WHEN local THEN now() END
  FROM part ORDER BY t, n
)
SELECT n, state FROM won UNION ALL SELECT n, 'NEWER' FROM newer`;

/** What became of a settlement: DONE or SENDING, SKIPPED (a person took over), NEWER words came, or undefined (no longer ours). */
export type Settled = 'DONE' | 'SENDING' | 'SKIPPED' | 'NEWER' | undefined;

/** Keeps thoughts: one statement for the whole batch. */
export async function settleTurns(db: Pool | PoolClient, thoughts: readonly Settlement[]): Promise<Settled[]> {
  const rows = thoughts.map((s, n) => ({
    n,
    ws: s.turn.workspaceId,
    turn: s.turn.id,
    chat: s.turn.chatId,
    channel: s.turn.channelId,
    fence: s.turn.fence,
    address: s.address,
    model: s.servedModel,
    trace: s.trace,
    local: s.deliveredLocally,
    silent: s.parts.length === 0,
    restartable: s.mayRestart,
    step: s.step?.n ?? null,
    result: s.step?.result ?? null,
    tokens_in: s.step?.inputTokens ?? null,
    tokens_out: s.step?.outputTokens ?? null,
  }));
  const parts = thoughts.flatMap((s, t) =>
    s.parts.map((p, n) => ({
      ...{ t, n, id: p.id, message: p.messageId, text: p.text, hash: p.textHash.toString('hex') },
      ...(p.media && { media: p.media }),
    })),
  );
  const result = await db.query<{ n: number; state: Settled }>({
    name: 'settle',
    text: SETTLE,
    values: [JSON.stringify(rows), JSON.stringify(parts)],
  });
  const states = new Map(result.rows.map((r) => [r.n, r.state]));
  return thoughts.map((_, n) => states.get(n));
}

/**
 * Sends a turn back, once, to answer with the newer words too: they move into it, and it waits for silence as they would
 * have. What its journal holds stays, but for the answer that they made void. Under the chat's lock. False: nothing newer
 * is there any more, or the turn is no longer ours.
 */
export async function restartTurn(tx: PoolClient, turn: ClaimedTurn, step: StepEnd | null): Promise<boolean> {
  const { rowCount } = await tx.query(
    `WITH ours AS MATERIALIZED (
       SELECT workspace_id, id FROM turns
       WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND state = 'THINKING' AND restarts = 0 FOR UPDATE),
     void AS (
       UPDATE turn_steps s
       SET state = 'FAILED', result = $5, input_tokens = $6, output_tokens = $7, finished_at = now()
       FROM ours WHERE s.workspace_id = ours.workspace_id AND s.turn_id = ours.id AND s.n = $8 AND s.state = 'STARTED')
     UPDATE turns next
     SET inbound_ids = t.inbound_ids || next.inbound_ids, first_at = t.first_at
     FROM turns t JOIN ours ON t.workspace_id = ours.workspace_id AND t.id = ours.id
     WHERE next.workspace_id = $1 AND next.chat_id = $4 AND next.state = 'COLLECTING' AND next.cause = 'MESSAGE'`,
    [
      turn.workspaceId,
      turn.id,
      turn.fence,
      turn.chatId,
      JSON.stringify(step?.result ?? null),
      step?.inputTokens ?? null,
      step?.outputTokens ?? null,
      step?.n ?? null,
    ],
  );
  if (rowCount !== 1) return false;
  // The newer words' own turn makes way: two statements, since the index admits one collecting turn a chat.
  const { rows } = await tx.query<{ inbound_ids: string[]; due_at: Date; epoch: number }>(
    `DELETE FROM turns WHERE workspace_id = $1 AND chat_id = $2 AND state = 'COLLECTING' RETURNING inbound_ids, due_at, epoch`,
    [turn.workspaceId, turn.chatId],
  );
  const [next] = rows;
  await tx.query(
    `UPDATE turns
     SET state = 'COLLECTING', restarts = restarts + 1, inbound_ids = $4, due_at = $5, owner = NULL, lease_until = NULL
     WHERE workspace_id = $1 AND id = $2 AND fence = $3`,
    [turn.workspaceId, turn.id, turn.fence, next!.inbound_ids, next!.due_at],
  );
  return true;
}

/** Ends a turn without (all of) its answer. No-op (false) when it is no longer ours. */
export async function endTurn(
  db: Pool | PoolClient,
  turn: ClaimedTurn,
  state: 'SKIPPED' | 'FAILED',
  reason: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE turns SET state = $4, reason = $5, finished_at = now()
     WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND state IN ('THINKING', 'SENDING')`,
    [turn.workspaceId, turn.id, turn.fence, state, reason],
  );
  return rowCount === 1;
}

/** Lets go of a turn until `afterMs` from now; whoever is alive then goes on with it. */
export async function parkTurn(pool: Pool, turn: ClaimedTurn, afterMs: number): Promise<void> {
  await pool.query(
    `UPDATE turns SET owner = NULL, lease_until = now() + make_interval(secs => $4)
     WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND state IN ('THINKING', 'SENDING')`,
    [turn.workspaceId, turn.id, turn.fence, afterMs / 1000],
  );
}
