import type { Pool, PoolClient } from 'pg';
import { tellPeople } from '../workspaces/notices.queries.js';

/** A file that the gateway fetches and sends. */
export interface PartMedia {
  kind: 'IMAGE' | 'AUDIO' | 'VIDEO' | 'DOCUMENT';
  url: string;
  fileName: string;
  mimetype: string | null;
}

/** A part of a turn as the outbox sees it. */
export interface PartRow {
  id: string;
  n: number;
  address: string;
  /** Of a file: its caption. */
  text: string;
  media: PartMedia | null;
  quotedId: string | null;
  state: 'PENDING' | 'SENDING' | 'SENT' | 'FAILED' | 'UNKNOWN' | 'CANCELED';
  attempt: number;
  resends: number;
  /** ms since the send began, by the database clock; null if it never did. */
  startedAgoMs: number | null;
  /** ms since the part was written. */
  ageMs: number;
}

/** The parts of a turn, in order. */
export async function partsOfTurn(pool: Pool, workspaceId: string, turnId: string): Promise<PartRow[]> {
  const { rows } = await pool.query<PartRow>(
    `SELECT id, n, address, text, media, quoted_id AS "quotedId", state, attempt, resends,
            (extract(epoch FROM now() - started_at) * 1000)::float8 AS "startedAgoMs",
            (extract(epoch FROM now() - created_at) * 1000)::float8 AS "ageMs"
     FROM outbound_parts WHERE workspace_id = $1 AND turn_id = $2 ORDER BY n`,
    [workspaceId, turnId],
  );
  return rows;
}

/** What a message was sent as; undefined for one that never was a part of ours. */
export async function findSentPart(
  pool: Pool,
  workspaceId: string,
  messageId: string,
): Promise<Pick<PartRow, 'text' | 'media' | 'quotedId'> | undefined> {
  const { rows } = await pool.query<Pick<PartRow, 'text' | 'media' | 'quotedId'>>(
    `SELECT text, media, quoted_id AS "quotedId" FROM outbound_parts WHERE workspace_id = $1 AND message_id = $2`,
    [workspaceId, messageId],
  );
  return rows[0];
}

/** Asks to begin one send. `fence` is the owner's. */
export interface BeginRequest {
  workspaceId: string;
  partId: string;
  turnId: string;
  chatId: string;
  channelId: string;
  fence: number;
}

/** Why a send may begin, or not. */
export type Begin = 'began' | 'lost' | 'human' | 'channel_closed';

// PENDING -> SENDING, once, under the chat's lock: this transition is the mutex. A worker that was paused finds the
// fence moved or the part taken; a person who took over has raised the epoch, which voids the agent's parts only.
const BEGIN = `
WITH ask AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS x(n int, ws uuid, part uuid, turn uuid, chat uuid, channel uuid, fence int)
),
chat AS MATERIALIZED (
  SELECT c.workspace_id, c.id, c.epoch FROM ask x JOIN chats c ON c.workspace_id = x.ws AND c.id = x.chat
  ORDER BY 1, 2 FOR SHARE OF c
),
seen AS MATERIALIZED (
  SELECT x.n, x.ws, x.part, CASE t.kind WHEN 'ANSWER' THEN c.epoch END AS epoch, h.state = 'open' AS open
  FROM ask x
  JOIN chat c ON c.workspace_id = x.ws AND c.id = x.chat
  JOIN channels h ON h.workspace_id = x.ws AND h.id = x.channel
  JOIN turns t ON t.workspace_id = x.ws AND t.id = x.turn AND t.fence = x.fence AND t.state = 'SENDING'
),
began AS (
  UPDATE outbound_parts p SET state = 'SENDING', started_at = now(), attempt = p.attempt + 1
  FROM seen s
  WHERE p.workspace_id = s.ws AND p.id = s.part AND p.state = 'PENDING' AND p.epoch = coalesce(s.epoch, p.epoch) AND s.open
  RETURNING s.n
)
SELECT s.n, CASE WHEN b.n IS NOT NULL THEN 'began' WHEN p.epoch <> s.epoch THEN 'human'
                 WHEN p.state = 'PENDING' AND NOT s.open THEN 'channel_closed' ELSE 'lost' END AS outcome
FROM seen s
JOIN outbound_parts p ON p.workspace_id = s.ws AND p.id = s.part
LEFT JOIN began b ON b.n = s.n`;

/** Begins sends. Committed before the caller may POST. */
export async function beginSends(pool: Pool, asks: readonly BeginRequest[]): Promise<Begin[]> {
  const values = [
    JSON.stringify(
      asks.map((a, n) => ({
        n,
        ws: a.workspaceId,
        part: a.partId,
        turn: a.turnId,
        chat: a.chatId,
        channel: a.channelId,
        fence: a.fence,
      })),
    ),
  ];
  const { rows } = await pool.query<{ n: number; outcome: Begin }>({ name: 'begin-sends', text: BEGIN, values });
  const outcomes = new Map(rows.map((r) => [r.n, r.outcome]));
  return asks.map((_, n) => outcomes.get(n) ?? 'lost');
}

// What follows a proven send, from whichever side the proof came: the part and its message learn the provider's id, a
// status that was quicker than the proof is applied, and the turn ends with its last part. Where the agent has a plan for
// silence, an answer that is all said begins one (`silent`): here, so that no crash and no late echo forgets it. What the
// agent said by itself begins none. `hit` names the parts.
const RECORD_SENT = `
sent AS (
  UPDATE outbound_parts p SET state = 'SENT', provider_id = h.provider_id, sent_at = now(), error = NULL,
         acked_at = (SELECT k.created_at FROM parked_statuses k WHERE k.workspace_id = p.workspace_id
                     AND k.channel_id = p.channel_id AND k.provider_id = h.provider_id AND k.status <> 'FAILED')
  FROM hit h
  WHERE p.workspace_id = h.ws AND p.id = h.part AND p.state IN ('SENDING', 'UNKNOWN')
  RETURNING h.n, p.workspace_id, p.id, p.turn_id, p.message_id, p.channel_id, p.provider_id
),
unparked AS (
  DELETE FROM parked_statuses k USING sent s
  WHERE k.workspace_id = s.workspace_id AND k.channel_id = s.channel_id AND k.provider_id = s.provider_id
  RETURNING k.workspace_id, k.provider_id, k.status
),
named AS (
  UPDATE messages m SET provider_id = s.provider_id, sent_at = now(),
         status = coalesce((SELECT u.status FROM unparked u
                            WHERE u.workspace_id = s.workspace_id AND u.provider_id = s.provider_id), 'SENT')
  FROM sent s WHERE m.workspace_id = s.workspace_id AND m.id = s.message_id
),
ended AS (
  UPDATE turns t SET state = 'DONE', finished_at = now()
  FROM (SELECT DISTINCT workspace_id, turn_id FROM sent) s
  WHERE t.workspace_id = s.workspace_id AND t.id = s.turn_id AND t.state = 'SENDING'
    AND NOT EXISTS (SELECT 1 FROM outbound_parts p
                    WHERE p.workspace_id = t.workspace_id AND p.turn_id = t.id
                      AND p.state IN ('PENDING', 'SENDING', 'UNKNOWN') AND p.id NOT IN (SELECT id FROM sent))
  RETURNING t.workspace_id, t.id, t.chat_id, t.kind, t.cause
),
silent AS (
  INSERT INTO timers (workspace_id, id, chat_id, interaction_id, kind, key, due_at)
  SELECT e.workspace_id, gen_random_uuid(), e.chat_id, i.id, 'IDLE_ACTION', 'idle:begin', now()
  FROM ended e
  JOIN interactions i ON i.workspace_id = e.workspace_id AND i.chat_id = e.chat_id AND i.status = 'RUNNING'
  JOIN chats c ON c.workspace_id = e.workspace_id AND c.id = e.chat_id
  JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id
  JOIN idle_plans p ON p.workspace_id = c.workspace_id AND p.agent_id = coalesce(c.agent_id, h.agent_id)
    AND (p.actions <> '[]' OR p.finish_on_seconds IS NOT NULL)
  WHERE e.kind = 'ANSWER' AND e.cause IN ('MESSAGE', 'TRANSFER')
  ORDER BY 1, 3
  ON CONFLICT (workspace_id, chat_id, key) DO UPDATE
  SET interaction_id = excluded.interaction_id, due_at = excluded.due_at, state = 'PENDING', reason = NULL,
      finished_at = NULL
)`;

/** A send the gateway confirmed. */
export interface SentRecord {
  workspaceId: string;
  partId: string;
  providerId: string;
}

/** Records confirmed sends; true where this was the proof (false: an echo was quicker). */
export async function recordSent(pool: Pool | PoolClient, sent: readonly SentRecord[]): Promise<boolean[]> {
  const rows = sent.map((s, n) => ({ n, ws: s.workspaceId, part: s.partId, provider_id: s.providerId }));
  const result = await pool.query<{ n: number }>({
    name: 'record-sent',
    text: `WITH hit AS MATERIALIZED (
             SELECT * FROM json_to_recordset($1::json) AS x(n int, ws uuid, part uuid, provider_id text)
             ORDER BY ws, part),
           ${RECORD_SENT}
           SELECT n FROM sent`,
    values: [JSON.stringify(rows)],
  });
  const proven = new Set(result.rows.map((r) => r.n));
  return sent.map((_, n) => proven.has(n));
}

/** The gateway's report of a send by this account through its API. */
export interface EchoRecord {
  workspaceId: string;
  channelId: string;
  providerId: string;
  aliases: readonly string[];
  textHash: Buffer;
  /** When it was sent, where the report may be old: then no part that began later can be it. Left out: it is news. */
  sentAtMs?: number;
}

/**
 * What an echo turned out to be: `bound` = the proof of our part; `known` = we knew; `pending` = a part of this chat is
 * in flight but its text differs, so nothing is concluded; `foreign` = another system's send.
 */
export type Echo = 'bound' | 'known' | 'pending' | 'foreign';

// Parts of one chat go one after the other, so at most one is in flight, and it wins: an older part of the same text whose
// outcome stayed open has had its time. Among those the oldest wins. A turn that was parked for its reconciliation goes on at once.
const BIND_ECHOES = `
WITH echo AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS x(n int, ws uuid, ch uuid, provider_id text, aliases text[], hash text,
                                                 sent_ms float8)
),
open_part AS MATERIALIZED (
  SELECT DISTINCT e.n, e.ws, e.provider_id, p.id AS part, p.turn_id, p.started_at, p.state,
         p.text_hash = decode(e.hash, 'hex')
           AND (e.sent_ms IS NULL OR to_timestamp(e.sent_ms / 1000) >= p.started_at - interval '5 seconds') AS matches
  FROM echo e
  CROSS JOIN unnest(e.aliases) AS said(alias)
  CROSS JOIN LATERAL (SELECT a.contact_id FROM contact_aliases a
                      WHERE a.workspace_id = e.ws AND a.channel_id = e.ch AND a.alias = said.alias LIMIT 1) a
  CROSS JOIN LATERAL (SELECT c.id FROM chats c
                      WHERE c.workspace_id = e.ws AND c.channel_id = e.ch AND c.contact_id = a.contact_id LIMIT 1) c
  JOIN outbound_parts p ON p.workspace_id = e.ws AND p.chat_id = c.id AND p.state IN ('SENDING', 'UNKNOWN')
),
known AS MATERIALIZED (
  SELECT e.n FROM echo e
  WHERE (SELECT 1 FROM messages m
         WHERE m.workspace_id = e.ws AND m.channel_id = e.ch AND m.provider_id = e.provider_id LIMIT 1) IS NOT NULL
),
hit AS MATERIALIZED (
  SELECT DISTINCT ON (ws, part) n, ws, part, provider_id FROM (
    SELECT DISTINCT ON (n) n, ws, part, provider_id FROM open_part
    WHERE matches AND n NOT IN (SELECT n FROM known) ORDER BY n, state, started_at) first
  ORDER BY ws, part, n
),
${RECORD_SENT},
woken AS (
  UPDATE turns t SET lease_until = now() FROM sent s
  WHERE t.workspace_id = s.workspace_id AND t.id = s.turn_id AND t.state = 'SENDING' AND t.owner IS NULL
    AND (t.workspace_id, t.id) NOT IN (SELECT workspace_id, id FROM ended)
)
SELECT e.n, CASE WHEN s.n IS NOT NULL THEN 'bound' WHEN k.n IS NOT NULL THEN 'known'
                 WHEN e.n IN (SELECT n FROM open_part WHERE matches) THEN 'raced'
                 WHEN e.n IN (SELECT n FROM open_part) THEN 'pending' ELSE 'foreign' END AS outcome
FROM echo e LEFT JOIN sent s ON s.n = e.n LEFT JOIN known k ON k.n = e.n`;

/**
 * Binds echoes to the parts they prove. Two that fit one part cannot both be its proof: the loser is looked at again, when
 * the part is taken. Not a named statement, for the reason `receiveMessages` gives.
 */
export async function bindEchoes(pool: Pool, echoes: readonly EchoRecord[]): Promise<Echo[]> {
  const rows = echoes.map((e, n) => ({
    n,
    ws: e.workspaceId,
    ch: e.channelId,
    provider_id: e.providerId,
    aliases: e.aliases,
    hash: e.textHash.toString('hex'),
    sent_ms: e.sentAtMs,
  }));
  const result = await pool.query<{ n: number; outcome: Echo | 'raced' }>({
    text: BIND_ECHOES,
    values: [JSON.stringify(rows)],
  });
  const outcomes = new Map(result.rows.map((r) => [r.n, r.outcome]));
  const raced = echoes.filter((_, n) => outcomes.get(n) === 'raced');
  const again = raced.length > 0 ? await bindEchoes(pool, raced) : [];
  return echoes.map((_, n) => {
    const outcome = outcomes.get(n) ?? 'foreign';
    return outcome === 'raced' ? again.shift()! : outcome;
  });
}

/**
 * Whether a send we know nothing of repeats one of ours: same chat, same content, begun within ten minutes. Then the
 * gateway doubled it, or a part that was given up arrived after all. Somebody is told; the answer is the part's id.
 */
export async function noteSurplus(pool: Pool, echo: EchoRecord): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string; chatId: string; messageId: string }>(
    `SELECT p.id, p.chat_id AS "chatId", p.message_id AS "messageId"
     FROM contact_aliases a
     JOIN chats c ON c.workspace_id = a.workspace_id AND c.channel_id = a.channel_id AND c.contact_id = a.contact_id
     CROSS JOIN LATERAL (SELECT m.id FROM messages m WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id
                         ORDER BY m.seq DESC LIMIT 50) m
     JOIN outbound_parts p ON p.workspace_id = c.workspace_id AND p.message_id = m.id
     WHERE a.workspace_id = $1 AND a.channel_id = $2 AND a.alias = ANY ($3) AND p.text_hash = $4
       AND p.started_at > now() - interval '10 minutes' AND p.provider_id IS DISTINCT FROM $5
     ORDER BY p.started_at DESC LIMIT 1`,
    [echo.workspaceId, echo.channelId, echo.aliases, echo.textHash, echo.providerId],
  );
  const part = rows[0];
  if (!part) return undefined;
  const { workspaceId, channelId } = echo;
  const { chatId, messageId } = part;
  const key = `part.surplus_echo ${echo.providerId}`;
  await tellPeople(pool, { workspaceId, kind: 'part.surplus_echo', key, channelId, chatId, details: { messageId } });
  return part.id;
}

/** A delivery status of one of our messages. */
export interface StatusRecord {
  workspaceId: string;
  channelId: string;
  providerId: string;
  status: 'SENT' | 'DELIVERED' | 'READ' | 'PLAYED' | 'FAILED';
}

const RANK = `array_position(ARRAY['UNKNOWN','QUEUED','SENT','FAILED','DELIVERED','READ','PLAYED'],`;

// Statuses only rise. One that is quicker than its message waits in parked_statuses.
const APPLY_STATUSES = `
WITH news AS MATERIALIZED (
  SELECT DISTINCT ON (ws, ch, provider_id) ws, ch, provider_id, status
  FROM json_to_recordset($1::json) AS x(ws uuid, ch uuid, provider_id text, status text)
  ORDER BY ws, ch, provider_id, ${RANK} status) DESC
),
target AS MATERIALIZED (
  SELECT n.*, m.id, m.role FROM news n
  CROSS JOIN LATERAL (SELECT m.id, m.role FROM messages m
                      WHERE m.workspace_id = n.ws AND m.channel_id = n.ch AND m.provider_id = n.provider_id
                      LIMIT 1) m
  ORDER BY n.ws, m.id
),
risen AS (
  UPDATE messages m SET status = t.status FROM target t
  WHERE m.workspace_id = t.ws AND m.id = t.id AND t.role = 'assistant'
    AND ${RANK} t.status) > coalesce(${RANK} m.status), 0)
),
acked AS (
  UPDATE outbound_parts p SET acked_at = now() FROM target t
  WHERE t.role = 'assistant' AND t.status <> 'FAILED' AND p.workspace_id = t.ws AND p.message_id = t.id
    AND p.state = 'SENT' AND p.acked_at IS NULL
)
INSERT INTO parked_statuses (workspace_id, channel_id, provider_id, status)
SELECT ws, ch, provider_id, status FROM news
WHERE (ws, ch, provider_id) NOT IN (SELECT ws, ch, provider_id FROM target)
ON CONFLICT (workspace_id, channel_id, provider_id) DO UPDATE SET status = excluded.status
WHERE ${RANK} excluded.status) > ${RANK} parked_statuses.status)`;

/** Applies delivery statuses, never backwards; unknown ids are parked. Not named either: it looks messages up by id. */
export async function applyStatuses(pool: Pool, statuses: readonly StatusRecord[]): Promise<undefined[]> {
  const rows = statuses.map((s) => ({
    ws: s.workspaceId,
    ch: s.channelId,
    provider_id: s.providerId,
    status: s.status,
  }));
  await pool.query({ text: APPLY_STATUSES, values: [JSON.stringify(rows)] });
  return statuses.map(() => undefined);
}

/** A number whose sends the gateway takes and WhatsApp does not. */
export interface StuckChannel {
  workspaceId: string;
  channelId: string;
  /** What WhatsApp's server has not taken in time, and what it has refused. */
  stuck: number;
  refused: number;
}

/** All tenants: connected numbers with at least `most` sends of the last hour refused, or not taken `seconds` after they left. */
export async function findStuckChannels(pool: Pool, most: number, seconds: number): Promise<StuckChannel[]> {
  const { rows } = await pool.query<StuckChannel>(
    `SELECT * FROM (
       SELECT p.workspace_id AS "workspaceId", p.channel_id AS "channelId",
              (count(*) FILTER (WHERE m.status <> 'FAILED' AND p.sent_at < now() - make_interval(secs => $2)))::int AS stuck,
              (count(*) FILTER (WHERE m.status = 'FAILED'))::int AS refused
       FROM outbound_parts p
       JOIN channels h ON h.workspace_id = p.workspace_id AND h.id = p.channel_id
                      AND h.type = 'WHATSAPP' AND h.state = 'open'
       JOIN messages m ON m.workspace_id = p.workspace_id AND m.id = p.message_id
       WHERE p.state = 'SENT' AND p.acked_at IS NULL AND p.sent_at > now() - interval '1 hour'
       GROUP BY 1, 2) counted
     WHERE stuck >= $1 OR refused >= $1`,
    [most, seconds],
  );
  return rows;
}

// All tenants. A receipt and the record of its send, stored in the same instant, each miss the other: neither snapshot has
// the other's row, and the receipt would stay parked.
const SETTLE_PARKED = `
WITH late AS (
  DELETE FROM parked_statuses k USING messages m
  WHERE m.workspace_id = k.workspace_id AND m.channel_id = k.channel_id AND m.provider_id = k.provider_id
  RETURNING m.workspace_id, m.id, k.status, k.created_at
),
risen AS (
  UPDATE messages m SET status = l.status FROM late l
  WHERE m.workspace_id = l.workspace_id AND m.id = l.id AND m.role = 'assistant'
    AND ${RANK} l.status) > coalesce(${RANK} m.status), 0)
)
UPDATE outbound_parts p SET acked_at = l.created_at FROM late l
WHERE p.workspace_id = l.workspace_id AND p.message_id = l.id AND p.acked_at IS NULL AND l.status <> 'FAILED'`;

/** Applies parked statuses whose message is there by now, never backwards. */
export async function settleParkedStatuses(pool: Pool): Promise<void> {
  await pool.query(SETTLE_PARKED);
}

/** All tenants: drops parked statuses older than a day, whose message never came. */
export async function dropStaleStatuses(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM parked_statuses WHERE created_at < now() - interval '1 day'`);
}

/** Moves one part, only from `from`; false when it had moved on. */
export async function movePart(
  db: Pool | PoolClient,
  workspaceId: string,
  partId: string,
  from: 'SENDING' | 'UNKNOWN',
  to: 'PENDING' | 'UNKNOWN' | 'FAILED',
  reason: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH moved AS (
       UPDATE outbound_parts
       SET state = $4, error = $5,
           resends = resends + CASE WHEN $3 = 'UNKNOWN' AND $4 = 'PENDING' THEN 1 ELSE 0 END,
           reconciled_at = CASE WHEN $3 = 'UNKNOWN' THEN now() ELSE reconciled_at END
       WHERE workspace_id = $1 AND id = $2 AND state = $3 RETURNING workspace_id, message_id)
     UPDATE messages m SET status = CASE $4 WHEN 'PENDING' THEN 'QUEUED' ELSE $4 END
     FROM moved WHERE m.workspace_id = moved.workspace_id AND m.id = moved.message_id`,
    [workspaceId, partId, from, to, reason],
  );
  return rowCount === 1;
}

/** Reconciled, and still open: a person is told, and decides. Later evidence still proves it sent. */
export async function leaveUnknown(pool: Pool, workspaceId: string, partId: string): Promise<void> {
  const { rows } = await pool.query<{ chatId: string; channelId: string; messageId: string }>(
    `UPDATE outbound_parts SET reconciled_at = now() WHERE workspace_id = $1 AND id = $2 AND state = 'UNKNOWN'
     RETURNING chat_id AS "chatId", channel_id AS "channelId", message_id AS "messageId"`,
    [workspaceId, partId],
  );
  const part = rows[0];
  if (!part) return;
  const { chatId, channelId, messageId } = part;
  const [kind, key] = ['part.delivery_unknown', `part.delivery_unknown ${messageId}`];
  await tellPeople(pool, { workspaceId, kind, key, chatId, channelId, details: { messageId } });
}

/**
 * Closes a part whose outcome stayed open, because a person sends its message again; false when it is not open, or its
 * turn still looks for proof. Closed, it takes no echo of what is sent in its place.
 */
export async function closeUnknown(tx: PoolClient, workspaceId: string, messageId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `WITH closed AS (
       UPDATE outbound_parts p SET state = 'FAILED', error = 'delivery_unknown: sent again by a person'
       FROM turns t
       WHERE p.workspace_id = $1 AND p.message_id = $2 AND p.state = 'UNKNOWN'
         AND t.workspace_id = p.workspace_id AND t.id = p.turn_id AND t.state NOT IN ('THINKING', 'SENDING')
       RETURNING p.workspace_id, p.message_id)
     UPDATE messages m SET status = 'FAILED'
     FROM closed c WHERE m.workspace_id = c.workspace_id AND m.id = c.message_id`,
    [workspaceId, messageId],
  );
  return rowCount === 1;
}

/** Cancels what the agent has not begun to send in a chat. */
export async function cancelPendingParts(db: Pool | PoolClient, workspaceId: string, chatId: string): Promise<void> {
  await db.query(
    `WITH canceled AS (
       UPDATE outbound_parts p SET state = 'CANCELED' FROM turns t
       WHERE p.workspace_id = $1 AND p.chat_id = $2 AND p.state = 'PENDING'
         AND t.workspace_id = p.workspace_id AND t.id = p.turn_id AND t.kind = 'ANSWER'
       RETURNING p.workspace_id, p.message_id)
     UPDATE messages m SET status = 'CANCELED'
     FROM canceled WHERE m.workspace_id = canceled.workspace_id AND m.id = canceled.message_id`,
    [workspaceId, chatId],
  );
}

/** Cancels one message that has not begun to leave, and ends its turn if nothing else of it is open; false: too late. */
export async function cancelPart(pool: Pool, workspaceId: string, messageId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH canceled AS (
       UPDATE outbound_parts SET state = 'CANCELED'
       WHERE workspace_id = $1 AND message_id = $2 AND state = 'PENDING'
       RETURNING workspace_id, id, turn_id, message_id),
     ended AS (
       UPDATE turns t SET state = 'SKIPPED', reason = 'canceled', finished_at = now() FROM canceled c
       WHERE t.workspace_id = c.workspace_id AND t.id = c.turn_id AND t.state IN ('QUEUED', 'SENDING')
         AND NOT EXISTS (SELECT 1 FROM outbound_parts p
                         WHERE p.workspace_id = t.workspace_id AND p.turn_id = t.id AND p.id <> c.id
                           AND p.state IN ('PENDING', 'SENDING', 'UNKNOWN')))
     UPDATE messages m SET status = 'CANCELED'
     FROM canceled c WHERE m.workspace_id = c.workspace_id AND m.id = c.message_id`,
    [workspaceId, messageId],
  );
  return rowCount === 1;
}

/** A send that is given up: what had not begun to leave has failed. */
export async function failPendingParts(tx: PoolClient, workspaceId: string, turnId: string, reason: string) {
  await tx.query(
    `WITH failed AS (
       UPDATE outbound_parts SET state = 'FAILED', error = $3
       WHERE workspace_id = $1 AND turn_id = $2 AND state = 'PENDING'
       RETURNING workspace_id, message_id)
     UPDATE messages m SET status = 'FAILED'
     FROM failed WHERE m.workspace_id = failed.workspace_id AND m.id = failed.message_id`,
    [workspaceId, turnId, reason],
  );
}

/** What reconciliation compares the gateway's records with. */
export interface ReconcileScene {
  textHash: Buffer;
  startedAtMs: number;
  nowMs: number;
  aliases: string[];
  instanceName: string | null;
  /** The channel is open and has been since before the send began. */
  openSince: boolean;
  /** Ids from the gateway that already belong to a message of this channel. */
  boundIds: string[];
  /** Ids whose delivery the gateway has reported since, though no message of ours has them. */
  strayIds: string[];
  /** The chat's newest message known by id, ours first: findable at the gateway = its persistence works. */
  canary: string | null;
}

/** Loads what is needed to reconcile one UNKNOWN part. */
export async function loadReconcileScene(
  pool: Pool,
  workspaceId: string,
  partId: string,
): Promise<ReconcileScene | undefined> {
  const { rows } = await pool.query<ReconcileScene>(
    `SELECT p.text_hash AS "textHash", (extract(epoch FROM p.started_at) * 1000)::float8 AS "startedAtMs",
            (extract(epoch FROM now()) * 1000)::float8 AS "nowMs",
            ARRAY(SELECT a.alias FROM contact_aliases a
                  WHERE a.workspace_id = c.workspace_id AND a.channel_id = c.channel_id AND a.contact_id = c.contact_id)
              AS aliases,
            h.instance_name AS "instanceName", h.state = 'open' AND h.state_at <= p.started_at AS "openSince",
            ARRAY(SELECT m.provider_id FROM messages m
                  WHERE m.workspace_id = p.workspace_id AND m.chat_id = p.chat_id AND m.provider_id IS NOT NULL
                  ORDER BY m.seq DESC LIMIT 100) AS "boundIds",
            ARRAY(SELECT k.provider_id FROM parked_statuses k
                  WHERE k.workspace_id = p.workspace_id AND k.channel_id = p.channel_id AND k.created_at >= p.started_at
                  ORDER BY k.created_at LIMIT 20) AS "strayIds",
            (SELECT m.provider_id FROM (
               SELECT role, provider_id, seq FROM messages
               WHERE workspace_id = p.workspace_id AND chat_id = p.chat_id AND provider_id IS NOT NULL
               ORDER BY seq DESC LIMIT 50) m
             ORDER BY m.role = 'assistant' DESC, m.seq DESC LIMIT 1) AS canary
     FROM outbound_parts p
     JOIN chats c ON c.workspace_id = p.workspace_id AND c.id = p.chat_id
     JOIN channels h ON h.workspace_id = p.workspace_id AND h.id = p.channel_id
     WHERE p.workspace_id = $1 AND p.id = $2`,
    [workspaceId, partId],
  );
  return rows[0];
}

/** Lets replies of a channel that wait to be sent (not to be reconciled) go on at once. */
export async function wakeParkedTurns(pool: Pool, workspaceId: string, channelId: string): Promise<void> {
  await pool.query(
    `UPDATE turns t SET lease_until = now()
     WHERE workspace_id = $1 AND channel_id = $2 AND state = 'SENDING' AND owner IS NULL
       AND NOT EXISTS (SELECT 1 FROM outbound_parts p WHERE p.workspace_id = t.workspace_id AND p.turn_id = t.id
                       AND p.state IN ('SENDING', 'UNKNOWN'))`,
    [workspaceId, channelId],
  );
}
