import type { Pool } from 'pg';

/** One person of the batch, with the ids to use if the contact, chat, interaction or turn does not exist yet. */
export interface PersonRow {
  p: number;
  ws: string;
  ch: string;
  contact: string;
  chat: string;
  interaction: string;
  turn: string;
  name: string | null;
  phone: string | null;
  address: string;
}

/** `k` is the alias's rank: where two known aliases disagree, the lower wins. */
export interface AliasRow {
  p: number;
  k: number;
  alias: string;
}

/** One message; `n` is its place in the batch, `answer` whether a turn shall cover it. */
export interface MessageRow {
  n: number;
  p: number;
  id: string;
  provider_id: string;
  role: 'user' | 'assistant';
  author: 'CUSTOMER' | 'HUMAN' | 'API';
  type: string;
  text: string;
  content: unknown;
  sent_ms: number;
  answer: boolean;
  /** A person of ours wrote it on the phone, and thereby has the chat. */
  takes: boolean;
}

/** A message that was new. `due_in_ms` and `turn_id` are null where no turn covers it. */
export interface StoredRow {
  n: number;
  id: string;
  chat_id: string;
  turn_id: string | null;
  due_in_ms: number | null;
  turn_is_new: boolean | null;
  /** Its file is to be fetched. */
  has_file: boolean;
  contact_id: string;
  /** Other contacts that one of the addresses belongs to: they are the same person. */
  rivals: string[] | null;
  /** How many events of the whole batch wait to be posted. */
  hooks: number;
}

// The statement every message of every tenant passes. It writes contact, alias, chat, interaction, message and turn at
// once; what it does not return was a duplicate, or its channel is gone.
//
// - `incoming` drops duplicates first, also of what was deleted since: a repeated webhook touches nothing, not even a lock. Two batches that race on one
//   id are kept apart by the unique key (ON CONFLICT DO NOTHING).
// - `claimed` returns the winner's contact where two processes meet the same stranger at once. Where only some aliases
//   were raced, the foreign key fails and the caller retries row by row: then they are `known`.
// - `known_chat` locks chats in key order, so that batches of two processes cannot deadlock and takeovers are seen.
// - `overtaking` is an edit or a deletion that came before its message; the message is stored as they leave it.
// - The turn remembers which messages it answers (`inbound_ids`): sequence numbers are given before COMMIT, so a range
//   of them could skip a message that commits late.
// - Not a named statement: a plan kept from the days when the tables were empty used the wrong indexes, and 100 messages on
//   5,000 took 540 ms instead of 50. Planning anew costs 2 to 3 ms a batch.
// - Look-ups that take their key from two relations are sub-selects with LIMIT: as joins they were planned on the key's
//   first columns only.
// - A word of the customer breaks the silence: `broken_silence` cancels what it would have led to, a turn that was to break
//   it becomes an answer (COLLECTING) or is void (`unasked`). What is being sent already is sent.
// - `hook` is empty unless an agent's owner wants to be told; then `hooked` queues the events in this same commit. The
//   snapshot is older than the statement, so an interaction it sees is an earlier one.
// - A COLLECTING turn that a worker claims meanwhile no longer matches the partial index: ON CONFLICT then inserts the
//   next turn.
const RECEIVE = `
WITH person AS MATERIALIZED (
  SELECT x.*, c.agent_id, c.type AS channel_type,
         CASE WHEN c.type = 'API' THEN interval '0'
              ELSE CASE s.message_grouping_time
                     WHEN 'NO_GROUP' THEN interval '0' WHEN 'FIVE_SEC' THEN interval '5 s' WHEN 'TEN_SEC' THEN interval '10 s'
                     WHEN 'THIRD_SEC' THEN interval '30 s' WHEN 'ONE_MINUTE' THEN interval '60 s' END
         END AS silence
  FROM json_to_recordset($1::json) AS x(p int, ws uuid, ch uuid, contact uuid, chat uuid, interaction uuid, turn uuid,
                                        name text, phone text, address text)
  JOIN channels c ON c.workspace_id = x.ws AND c.id = x.ch
  JOIN agent_settings s ON s.workspace_id = x.ws AND s.agent_id = c.agent_id
),
incoming AS MATERIALIZED (
  SELECT m.*, p.ws, p.ch, p.channel_type
  FROM json_to_recordset($3::json) AS m(n int, p int, id uuid, provider_id text, role text, author text, type text,
                                        text text, content jsonb, sent_ms float8, answer boolean,
                                        takes boolean)
  JOIN person p USING (p)
  WHERE (SELECT 1 FROM messages o
         WHERE o.workspace_id = p.ws AND o.channel_id = p.ch AND o.provider_id = m.provider_id LIMIT 1) IS NULL
    AND (SELECT 1 FROM forgotten_messages f
         WHERE f.workspace_id = p.ws AND f.channel_id = p.ch AND f.provider_id = m.provider_id LIMIT 1) IS NULL
),
alias AS MATERIALIZED (
  SELECT a.p, a.k, a.alias, p.ws, p.ch,
         (SELECT e.contact_id FROM contact_aliases e
          WHERE e.workspace_id = p.ws AND e.channel_id = p.ch AND e.alias = a.alias LIMIT 1) AS known
  FROM json_to_recordset($2::json) AS a(p int, k int, alias text)
  JOIN person p USING (p)
  WHERE a.p IN (SELECT p FROM incoming)
),
owner AS MATERIALIZED (
  SELECT p.*, (SELECT a.known FROM alias a WHERE a.p = p.p AND a.known IS NOT NULL ORDER BY a.k LIMIT 1) AS known
  FROM person p WHERE p.p IN (SELECT p FROM incoming)
),
claimed AS (
  INSERT INTO contact_aliases (workspace_id, channel_id, alias, contact_id)
  SELECT a.ws, a.ch, a.alias, coalesce(o.known, o.contact)
  FROM alias a JOIN owner o USING (p) WHERE a.known IS NULL ORDER BY 1, 2, 3
  ON CONFLICT (workspace_id, channel_id, alias) DO UPDATE SET alias = excluded.alias
  RETURNING workspace_id, channel_id, alias, contact_id
),
who AS MATERIALIZED (
  SELECT o.*, coalesce(o.known, (
           SELECT c.contact_id FROM alias a
           JOIN claimed c ON c.workspace_id = a.ws AND c.channel_id = a.ch AND c.alias = a.alias
           WHERE a.p = o.p ORDER BY a.k LIMIT 1)) AS contact_id
  FROM owner o
),
new_contact AS (
  INSERT INTO contacts (workspace_id, id, name, phone)
  SELECT ws, contact, name, phone FROM who WHERE contact_id = contact ORDER BY 1, 2
),
named_contact AS (
  UPDATE contacts c SET name = coalesce(c.name, w.name), phone = coalesce(c.phone, w.phone)
  FROM who w
  WHERE c.workspace_id = w.ws AND c.id = w.contact_id
    AND ((c.name IS NULL AND w.name IS NOT NULL) OR (c.phone IS NULL AND w.phone IS NOT NULL))
),
known_chat AS MATERIALIZED (
  SELECT w.p, c.id, c.epoch, c.agent_id FROM who w
  JOIN chats c ON c.workspace_id = w.ws AND c.channel_id = w.ch AND c.contact_id = w.contact_id
  ORDER BY c.workspace_id, c.id FOR NO KEY UPDATE OF c
),
new_chat AS (
  INSERT INTO chats (workspace_id, id, channel_id, contact_id, address, title, unread, human_talk, human_at)
  SELECT w.ws, w.chat, w.ch, w.contact_id, w.address, w.name,
         (SELECT count(*) FROM incoming i WHERE i.p = w.p AND i.role = 'user'), t.takes, CASE WHEN t.takes THEN now() END
  FROM who w
  CROSS JOIN LATERAL (SELECT coalesce(bool_or(i.takes), false) AS takes FROM incoming i WHERE i.p = w.p) t
  WHERE w.p NOT IN (SELECT p FROM known_chat) ORDER BY 1, 2
  ON CONFLICT (workspace_id, channel_id, contact_id)
  DO UPDATE SET unread = chats.unread + excluded.unread, address = excluded.address, last_message_at = now(),
                epoch = chats.epoch + excluded.human_talk::int, human_talk = chats.human_talk OR excluded.human_talk,
                human_at = coalesce(excluded.human_at, chats.human_at)
  RETURNING workspace_id, id, channel_id, contact_id, epoch
),
chat AS MATERIALIZED (
  SELECT w.p, w.ws, w.ch, coalesce(k.agent_id, w.agent_id) AS agent_id, w.silence, w.turn, w.interaction, w.address, k.id IS NOT NULL AS is_known,
         coalesce(k.id, n.id) AS chat_id, coalesce(k.epoch, n.epoch) AS epoch
  FROM who w
  LEFT JOIN known_chat k USING (p)
  LEFT JOIN new_chat n ON n.workspace_id = w.ws AND n.channel_id = w.ch AND n.contact_id = w.contact_id
),
open_interaction AS MATERIALIZED (
  SELECT DISTINCT i.workspace_id, i.chat_id, i.id FROM chat c
  JOIN interactions i ON i.workspace_id = c.ws AND i.chat_id = c.chat_id AND i.status <> 'RESOLVED'
),
new_interaction AS (
  INSERT INTO interactions (workspace_id, id, chat_id, agent_id, status, transfer_at)
  SELECT DISTINCT ON (ws, chat_id) ws, interaction, chat_id, agent_id, CASE WHEN t.takes THEN 'WAITING' ELSE 'RUNNING' END,
         CASE WHEN t.takes THEN now() END
  FROM chat
  CROSS JOIN LATERAL (SELECT coalesce(bool_or(i.takes), false) AS takes FROM incoming i WHERE i.p = chat.p) t
  WHERE chat_id NOT IN (SELECT chat_id FROM open_interaction) ORDER BY ws, chat_id
  ON CONFLICT (workspace_id, chat_id) WHERE status <> 'RESOLVED' DO UPDATE SET agent_id = interactions.agent_id
  RETURNING workspace_id, chat_id, id
),
overtaking AS MATERIALIZED (
  DELETE FROM parked_changes k USING incoming i
  WHERE k.workspace_id = i.ws AND k.channel_id = i.ch AND k.provider_id = i.provider_id
  RETURNING k.workspace_id, k.channel_id, k.provider_id, k.kind, k.text, k.changed_at
),
stored AS (
  INSERT INTO messages (workspace_id, id, chat_id, channel_id, interaction_id, role, author, type, text, content,
                        media_state, provider_id, edited_at, deleted_at, sent_at)
  SELECT i.ws, i.id, c.chat_id, i.ch, coalesce(o.id, f.id), i.role, i.author, i.type,
         CASE k.kind WHEN 'DELETE' THEN '' WHEN 'EDIT' THEN k.text ELSE i.text END,
         CASE WHEN k.kind IS DISTINCT FROM 'DELETE' THEN i.content END,
         CASE WHEN k.kind IS DISTINCT FROM 'DELETE' AND i.channel_type = 'WHATSAPP'
               AND i.type IN ('IMAGE', 'AUDIO', 'VIDEO', 'DOCUMENT', 'STICKER') THEN 'PENDING' END,
         i.provider_id, CASE k.kind WHEN 'EDIT' THEN k.changed_at END, CASE k.kind WHEN 'DELETE' THEN k.changed_at END,
         to_timestamp(i.sent_ms / 1000)
  FROM incoming i
  JOIN chat c USING (p)
  LEFT JOIN overtaking k ON k.workspace_id = i.ws AND k.channel_id = i.ch AND k.provider_id = i.provider_id
  LEFT JOIN open_interaction o ON o.chat_id = c.chat_id
  LEFT JOIN new_interaction f ON f.chat_id = c.chat_id
  ORDER BY i.n
  ON CONFLICT (workspace_id, channel_id, provider_id) DO NOTHING
  RETURNING workspace_id, id, chat_id, interaction_id, role, media_state
),
turned AS (
  INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, due_at, epoch, inbound_ids)
  SELECT c.ws, min(c.turn::text)::uuid, c.chat_id, c.ch, c.agent_id, now() + max(c.silence), max(c.epoch),
         array_agg(s.id ORDER BY i.n)
  FROM stored s JOIN incoming i USING (id) JOIN chat c USING (p)
  WHERE i.answer
  GROUP BY c.ws, c.chat_id, c.ch, c.agent_id ORDER BY 1, 3
  ON CONFLICT (workspace_id, chat_id) WHERE state = 'COLLECTING' DO UPDATE
  SET inbound_ids = turns.inbound_ids || excluded.inbound_ids, epoch = excluded.epoch, cause = 'MESSAGE',
      instructions = CASE WHEN turns.cause <> 'IDLE' THEN turns.instructions END,
      due_at = least(excluded.due_at, turns.first_at + 3 * (excluded.due_at - now()))
  RETURNING workspace_id, chat_id, id, due_at, xmax = 0 AS is_new
),
broken_silence AS (
  UPDATE timers t SET state = 'CANCELED', reason = 'customer_wrote', finished_at = now()
  FROM (SELECT DISTINCT workspace_id, chat_id FROM stored WHERE role = 'user') s
  WHERE t.workspace_id = s.workspace_id AND t.chat_id = s.chat_id AND t.state = 'PENDING'
    AND t.kind IN ('IDLE_ACTION', 'IDLE_FINISH')
),
unasked AS (
  UPDATE turns t SET state = 'SKIPPED', reason = 'customer_wrote', finished_at = now()
  FROM (SELECT DISTINCT workspace_id, chat_id FROM stored WHERE role = 'user') s
  WHERE t.workspace_id = s.workspace_id AND t.chat_id = s.chat_id AND t.state = 'THINKING' AND t.cause = 'IDLE'
),
-- A person who types on the phone has the chat from this COMMIT on: nothing of an older epoch begins to leave after it.
bumped AS (
  UPDATE chats c SET last_message_at = now(), unread = c.unread + b.unread, address = b.address, finished = false,
         epoch = c.epoch + b.takes::int, human_talk = c.human_talk OR b.takes,
         human_at = CASE WHEN b.takes THEN now() ELSE c.human_at END
  FROM (SELECT s.workspace_id, s.chat_id, bool_or(i.takes) AS takes, count(*) FILTER (WHERE s.role = 'user') AS unread,
               (array_agg(k.address ORDER BY i.n DESC))[1] AS address
        FROM stored s JOIN incoming i USING (id) JOIN chat k USING (p)
        WHERE k.is_known GROUP BY 1, 2) b
  WHERE c.workspace_id = b.workspace_id AND c.id = b.chat_id
),
taken AS (
  UPDATE interactions n SET status = 'WAITING', transfer_at = coalesce(n.transfer_at, now())
  FROM (SELECT DISTINCT o.workspace_id, o.id FROM stored s JOIN incoming i USING (id)
        JOIN open_interaction o ON o.workspace_id = s.workspace_id AND o.chat_id = s.chat_id
        WHERE i.takes) w
  WHERE n.workspace_id = w.workspace_id AND n.id = w.id
),
hook AS MATERIALIZED (
  SELECT c.p, c.ws, c.chat_id, c.agent_id, w.contact_id, h.*,
         jsonb_build_object('workspaceId', c.ws, 'agentId', c.agent_id, 'channelId', c.ch, 'chatId', c.chat_id,
                            'contactId', w.contact_id, 'name', coalesce(k.name, w.name),
                            'phone', coalesce(k.phone, w.phone)) AS about
  FROM chat c
  JOIN who w USING (p)
  CROSS JOIN LATERAL (SELECT on_new_message, on_first_interaction, on_start_interaction FROM agent_hooks a
                      WHERE a.workspace_id = c.ws AND a.agent_id = c.agent_id LIMIT 1) h
  LEFT JOIN LATERAL (SELECT name, phone FROM contacts k
                     WHERE k.workspace_id = c.ws AND k.id = w.contact_id LIMIT 1) k ON true
  WHERE coalesce(h.on_new_message, h.on_first_interaction, h.on_start_interaction) IS NOT NULL
),
hooked AS (
  INSERT INTO hook_deliveries (workspace_id, id, agent_id, event, url, payload)
  SELECT h.ws, gen_random_uuid(), h.agent_id, e.event, e.url, h.about || e.more
  FROM hook h
  CROSS JOIN LATERAL (
    SELECT 'onNewMessage', h.on_new_message,
           jsonb_build_object('interactionId', s.interaction_id,
                              'message', jsonb_build_object('id', s.id, 'type', i.type, 'text', i.text))
    FROM stored s JOIN incoming i USING (id) WHERE i.p = h.p AND s.role = 'user'
    UNION ALL
    SELECT b.event, b.url, jsonb_build_object('interactionId', f.id)
    FROM new_interaction f
    JOIN chat c ON c.p = h.p AND f.workspace_id = c.ws AND f.chat_id = c.chat_id AND f.id = c.interaction
    CROSS JOIN LATERAL (
      SELECT 'onStartInteraction', h.on_start_interaction
      UNION ALL
      SELECT 'onFirstInteraction', h.on_first_interaction
      WHERE (SELECT 1 FROM chats o JOIN interactions x ON x.workspace_id = o.workspace_id AND x.chat_id = o.id
             WHERE o.workspace_id = h.ws AND o.contact_id = h.contact_id LIMIT 1) IS NULL
    ) b (event, url)
  ) e (event, url, more)
  WHERE e.url IS NOT NULL
  RETURNING 1
)
SELECT i.n, s.id, s.chat_id, s.media_state IS NOT NULL AS has_file, t.id AS turn_id, t.is_new AS turn_is_new, w.contact_id,
       (SELECT array_agg(DISTINCT a.known) FROM alias a WHERE a.p = i.p AND a.known <> w.contact_id) AS rivals,
       greatest(0, extract(epoch FROM t.due_at - now()) * 1000)::float8 AS due_in_ms,
       (SELECT count(*) FROM hooked)::int AS hooks
FROM stored s
JOIN incoming i USING (id)
JOIN who w USING (p)
LEFT JOIN turned t ON i.answer AND t.workspace_id = s.workspace_id AND t.chat_id = s.chat_id`;

/** Stores a batch and moves its turns; answers the rows that were new. One statement, one commit. */
export async function receiveMessages(
  pool: Pool,
  persons: readonly PersonRow[],
  aliases: readonly AliasRow[],
  messages: readonly MessageRow[],
): Promise<StoredRow[]> {
  const values = [JSON.stringify(persons), JSON.stringify(aliases), JSON.stringify(messages)];
  const { rows } = await pool.query<StoredRow>({ text: RECEIVE, values });
  return rows;
}
