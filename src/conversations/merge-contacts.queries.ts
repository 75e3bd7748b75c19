import type { PoolClient } from 'pg';

/** Two contacts of one workspace that are one person: `mergedId` goes up in `keptId`. */
export interface MergePair {
  readonly workspaceId: string;
  readonly keptId: string;
  readonly mergedId: string;
}

/** What one chat's merging moved, by id, and the rows it deleted: enough to take it back. */
interface MovedChat {
  chat: Record<string, unknown>;
  /** The chat it went up in; null: it only changed its contact. */
  into: string | null;
  messages: string[];
  turns: string[];
  parts: string[];
  interactions: string[];
  /** The open interaction of this chat that went up in the other's, and its messages. */
  interaction: Record<string, unknown> | null;
  interactionMessages: string[];
}

/** The column `moved` of contact_merges. */
export interface Moved {
  contact: Record<string, unknown>;
  keptBefore: Record<string, unknown>;
  aliases: { channel_id: string; alias: string }[];
  values: Record<string, unknown>[];
  chats: MovedChat[];
}

interface ChatPair {
  row: Record<string, unknown> & { id: string };
  into: string | null;
  busy: boolean;
}

/** Locks every chat of both, in key order; one row for each chat of the merged contact. Undefined: one of them is gone. */
export async function lockPair(
  tx: PoolClient,
  { workspaceId, keptId, mergedId }: MergePair,
): Promise<ChatPair[] | undefined> {
  const { rowCount } = await tx.query(
    `SELECT 1 FROM contacts WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE`,
    [workspaceId, [keptId, mergedId]],
  );
  if (rowCount !== 2) return undefined;
  await tx.query(
    `SELECT 1 FROM chats WHERE workspace_id = $1 AND contact_id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE`,
    [workspaceId, [keptId, mergedId]],
  );
  const { rows } = await tx.query<ChatPair>(
    `SELECT to_jsonb(b) AS row, a.id AS into,
            EXISTS (SELECT 1 FROM turns t WHERE t.workspace_id = b.workspace_id AND t.chat_id = b.id
                    AND t.state IN ('THINKING', 'SENDING')) AS busy
     FROM chats b
     LEFT JOIN chats a ON a.workspace_id = b.workspace_id AND a.channel_id = b.channel_id AND a.contact_id = $3
     WHERE b.workspace_id = $1 AND b.contact_id = $2`,
    [workspaceId, mergedId, keptId],
  );
  return rows;
}

/** True when people have said before that these two are not one. */
export async function wasUndone(tx: PoolClient, { workspaceId, keptId, mergedId }: MergePair): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT 1 FROM contact_merges
     WHERE workspace_id = $1 AND undone_at IS NOT NULL
       AND ((kept_id = $2 AND merged_id = $3) OR (kept_id = $3 AND merged_id = $2)) LIMIT 1`,
    [workspaceId, keptId, mergedId],
  );
  return rowCount !== 0;
}

/** Moves everything of one chat into another of the same channel, then deletes it. Both are locked, the first has no active turn. */
export async function mergeChat(
  tx: PoolClient,
  workspaceId: string,
  chat: Record<string, unknown> & { id: string },
  into: string,
): Promise<MovedChat> {
  const both = [workspaceId, chat.id, into];
  const ids = async (text: string, values: unknown[] = both) =>
    (await tx.query<{ id: string }>(text, values)).rows.map((row) => row.id);

  // Humans win in both directions: if a person has either, a person has the whole.
  await tx.query(
    `UPDATE chats a
     SET epoch = greatest(a.epoch, b.epoch) + 1, human_talk = a.human_talk OR b.human_talk, user_id = coalesce(a.user_id, b.user_id),
         human_at = greatest(a.human_at, b.human_at), unread = a.unread + b.unread, title = coalesce(a.title, b.title),
         address = CASE WHEN b.last_message_at > a.last_message_at THEN b.address ELSE a.address END,
         finished = a.finished AND b.finished, last_message_at = greatest(a.last_message_at, b.last_message_at)
     FROM chats b WHERE a.workspace_id = $1 AND a.id = $3 AND b.workspace_id = $1 AND b.id = $2`,
    both,
  );
  // One reply for what was collected on both sides.
  await tx.query(
    `WITH gone AS (
       DELETE FROM turns WHERE workspace_id = $1 AND chat_id = $2 AND state = 'COLLECTING'
         AND EXISTS (SELECT 1 FROM turns WHERE workspace_id = $1 AND chat_id = $3 AND state = 'COLLECTING')
       RETURNING inbound_ids, due_at)
     UPDATE turns t SET inbound_ids = gone.inbound_ids || t.inbound_ids, due_at = greatest(t.due_at, gone.due_at)
     FROM gone WHERE t.workspace_id = $1 AND t.chat_id = $3 AND t.state = 'COLLECTING'`,
    both,
  );
  const turns = await ids(`UPDATE turns SET chat_id = $3 WHERE workspace_id = $1 AND chat_id = $2 RETURNING id`);
  await tx.query(
    `UPDATE turns t SET epoch = c.epoch FROM chats c
     WHERE t.workspace_id = $1 AND t.chat_id = $2 AND t.state = 'COLLECTING' AND c.workspace_id = $1 AND c.id = $2`,
    [workspaceId, into],
  );
  const { rows: open } = await tx.query<{ row: Record<string, unknown> & { id: string }; other: string }>(
    `SELECT to_jsonb(b) AS row, a.id AS other FROM interactions b
     JOIN interactions a ON a.workspace_id = b.workspace_id AND a.chat_id = $3 AND a.status <> 'RESOLVED'
     WHERE b.workspace_id = $1 AND b.chat_id = $2 AND b.status <> 'RESOLVED'`,
    both,
  );
  const interaction = open[0]?.row ?? null;
  let interactionMessages: string[] = [];
  if (open[0]) {
    interactionMessages = await ids(
      `UPDATE messages SET interaction_id = $3 WHERE workspace_id = $1 AND interaction_id = $2 RETURNING id`,
      [workspaceId, open[0].row.id, open[0].other],
    );
    await tx.query(
      `WITH gone AS (DELETE FROM interactions WHERE workspace_id = $1 AND id = $2 RETURNING start_at, status)
       UPDATE interactions i SET start_at = least(i.start_at, gone.start_at),
              status = CASE WHEN 'WAITING' IN (i.status, gone.status) THEN 'WAITING' ELSE i.status END
       FROM gone WHERE i.workspace_id = $1 AND i.id = $3`,
      [workspaceId, open[0].row.id, open[0].other],
    );
  }
  const interactions = await ids(
    `UPDATE interactions SET chat_id = $3 WHERE workspace_id = $1 AND chat_id = $2 RETURNING id`,
  );
  const messages = await ids(`UPDATE messages SET chat_id = $3 WHERE workspace_id = $1 AND chat_id = $2 RETURNING id`);
  const parts = await ids(
    `UPDATE outbound_parts SET chat_id = $3 WHERE workspace_id = $1 AND chat_id = $2 RETURNING id`,
  );
  await tx.query(
    `INSERT INTO reactions (workspace_id, chat_id, target_id, author, emoji, reacted_at)
     SELECT workspace_id, $3, target_id, author, emoji, reacted_at FROM reactions WHERE workspace_id = $1 AND chat_id = $2
     ON CONFLICT (workspace_id, chat_id, target_id, author) DO NOTHING`,
    both,
  );
  await tx.query(`DELETE FROM chats WHERE workspace_id = $1 AND id = $2`, [workspaceId, chat.id]);
  return { chat, into, messages, turns, parts, interactions, interaction, interactionMessages };
}

/** Gives a chat on a channel where the kept contact has none to that contact. */
export async function moveChat(
  tx: PoolClient,
  { workspaceId, keptId }: MergePair,
  chat: Record<string, unknown> & { id: string },
): Promise<MovedChat> {
  await tx.query(`UPDATE chats SET contact_id = $3 WHERE workspace_id = $1 AND id = $2`, [
    workspaceId,
    chat.id,
    keptId,
  ]);
  const none: string[] = [];
  return {
    chat,
    into: null,
    messages: none,
    turns: none,
    parts: none,
    interactions: none,
    interaction: null,
    interactionMessages: none,
  };
}

/** Moves aliases, fields and custom values, and deletes the merged contact; what the kept one knows already stays. */
export async function mergeContact(tx: PoolClient, pair: MergePair): Promise<Omit<Moved, 'chats'>> {
  const three = [pair.workspaceId, pair.keptId, pair.mergedId];
  const { rows } = await tx.query<{ kept: Record<string, unknown>; merged: Record<string, unknown> }>(
    `SELECT to_jsonb(k) AS kept, to_jsonb(m) AS merged FROM contacts k, contacts m
     WHERE k.workspace_id = $1 AND k.id = $2 AND m.workspace_id = $1 AND m.id = $3`,
    three,
  );
  const aliases = await tx.query<{ channel_id: string; alias: string }>(
    `UPDATE contact_aliases SET contact_id = $2 WHERE workspace_id = $1 AND contact_id = $3 RETURNING channel_id, alias`,
    three,
  );
  const values = await tx.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(v) AS row FROM custom_field_values v WHERE workspace_id = $1 AND contact_id = $2`,
    [pair.workspaceId, pair.mergedId],
  );
  await tx.query(
    `INSERT INTO custom_field_values (workspace_id, contact_id, custom_field_id, value)
     SELECT workspace_id, $2, custom_field_id, value FROM custom_field_values WHERE workspace_id = $1 AND contact_id = $3
     ON CONFLICT (workspace_id, contact_id, custom_field_id) DO NOTHING`,
    three,
  );
  await tx.query(`UPDATE contact_merges SET kept_id = $2 WHERE workspace_id = $1 AND kept_id = $3`, three);
  await tx.query(
    `WITH gone AS (DELETE FROM contacts WHERE workspace_id = $1 AND id = $3 RETURNING *)
     UPDATE contacts c
     SET name = coalesce(c.name, g.name), phone = coalesce(c.phone, g.phone), email = coalesce(c.email, g.email),
         picture = coalesce(c.picture, g.picture), birthday = coalesce(c.birthday, g.birthday),
         gender = coalesce(c.gender, g.gender), job_title = coalesce(c.job_title, g.job_title)
     FROM gone g WHERE c.workspace_id = $1 AND c.id = $2`,
    three,
  );
  return {
    contact: rows[0]!.merged,
    keptBefore: rows[0]!.kept,
    aliases: aliases.rows,
    values: values.rows.map((v) => v.row),
  };
}

/** Puts a merge on the record. `userId` null: it was found by the engine. */
export async function recordMerge(
  tx: PoolClient,
  { workspaceId, keptId, mergedId }: MergePair,
  merge: { id: string; reason: string; userId: string | null; moved: Moved },
): Promise<void> {
  await tx.query(
    `INSERT INTO contact_merges (workspace_id, id, kept_id, merged_id, reason, moved, user_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [workspaceId, merge.id, keptId, mergedId, merge.reason, JSON.stringify(merge.moved), merge.userId],
  );
}

export async function markUndone(tx: PoolClient, workspaceId: string, mergeId: string): Promise<void> {
  await tx.query(`UPDATE contact_merges SET undone_at = now() WHERE workspace_id = $1 AND id = $2`, [
    workspaceId,
    mergeId,
  ]);
}

/** One recorded merge, locked, with whether it was taken back; undefined when there is none. */
export async function lockMerge(
  tx: PoolClient,
  { workspaceId, keptId, mergeId }: { workspaceId: string; keptId: string; mergeId: string },
): Promise<{ moved: Moved; mergedId: string; isUndone: boolean } | undefined> {
  const { rows } = await tx.query<{ moved: Moved; mergedId: string; isUndone: boolean }>(
    `SELECT moved, merged_id AS "mergedId", undone_at IS NOT NULL AS "isUndone" FROM contact_merges
     WHERE workspace_id = $1 AND id = $2 AND kept_id = $3 FOR UPDATE`,
    [workspaceId, mergeId, keptId],
  );
  return rows[0];
}

/** Takes back what a merge moved. What was said since stays with the kept contact. */
export async function undoMerge(
  tx: PoolClient,
  { workspaceId, keptId, mergedId }: MergePair,
  moved: Moved,
): Promise<void> {
  const json = (value: unknown) => JSON.stringify(value);
  await tx.query(`SELECT 1 FROM chats WHERE workspace_id = $1 AND contact_id = $2 ORDER BY id FOR UPDATE`, [
    workspaceId,
    keptId,
  ]);
  await tx.query(
    `INSERT INTO contacts SELECT r.* FROM jsonb_populate_record(NULL::contacts, $2) r WHERE r.workspace_id = $1`,
    [workspaceId, json(moved.contact)],
  );
  await tx.query(
    `INSERT INTO custom_field_values SELECT r.* FROM jsonb_populate_recordset(NULL::custom_field_values, $2) r
     JOIN custom_fields f ON f.workspace_id = r.workspace_id AND f.id = r.custom_field_id WHERE r.workspace_id = $1`,
    [workspaceId, json(moved.values)],
  );
  await tx.query(
    `UPDATE contact_aliases a SET contact_id = $3 FROM jsonb_to_recordset($4) AS m(channel_id uuid, alias text)
     WHERE a.workspace_id = $1 AND a.channel_id = m.channel_id AND a.alias = m.alias AND a.contact_id = $2`,
    [workspaceId, keptId, mergedId, json(moved.aliases)],
  );
  // What the merged contact lent is given back, unless somebody has changed it since.
  await tx.query(
    `UPDATE contacts c
     SET name = CASE WHEN b.name IS NULL AND c.name = m.name THEN NULL ELSE c.name END,
         phone = CASE WHEN b.phone IS NULL AND c.phone = m.phone THEN NULL ELSE c.phone END,
         email = CASE WHEN b.email IS NULL AND c.email = m.email THEN NULL ELSE c.email END,
         picture = CASE WHEN b.picture IS NULL AND c.picture = m.picture THEN NULL ELSE c.picture END,
         birthday = CASE WHEN b.birthday IS NULL AND c.birthday = m.birthday THEN NULL ELSE c.birthday END,
         gender = CASE WHEN b.gender IS NULL AND c.gender = m.gender THEN NULL ELSE c.gender END,
         job_title = CASE WHEN b.job_title IS NULL AND c.job_title = m.job_title THEN NULL ELSE c.job_title END
     FROM jsonb_populate_record(NULL::contacts, $3) b, jsonb_populate_record(NULL::contacts, $4) m
     WHERE c.workspace_id = $1 AND c.id = $2`,
    [workspaceId, keptId, json(moved.keptBefore), json(moved.contact)],
  );
  for (const chat of moved.chats) await undoChat(tx, workspaceId, mergedId, chat);
}

async function undoChat(tx: PoolClient, workspaceId: string, contactId: string, moved: MovedChat): Promise<void> {
  const id = moved.chat['id'] as string;
  if (moved.into === null) {
    await tx.query(`UPDATE chats SET contact_id = $3 WHERE workspace_id = $1 AND id = $2`, [
      workspaceId,
      id,
      contactId,
    ]);
    return;
  }
  // The agents it once had may be gone: the channel's own answers.
  const row = JSON.stringify({
    ...moved.chat,
    contact_id: contactId,
    unread: 0,
    agent_id: null,
    return_agent_id: null,
  });
  await tx.query(
    `INSERT INTO chats SELECT r.* FROM jsonb_populate_record(NULL::chats, $2) r
     JOIN channels h ON h.workspace_id = r.workspace_id AND h.id = r.channel_id WHERE r.workspace_id = $1`,
    [workspaceId, row],
  );
  const back = (table: 'messages' | 'outbound_parts' | 'interactions', ids: readonly string[]) =>
    tx.query(`UPDATE ${table} SET chat_id = $2 WHERE workspace_id = $1 AND id = ANY ($3::uuid[])`, [
      workspaceId,
      id,
      ids,
    ]);
  await back('interactions', moved.interactions);
  if (moved.interaction) {
    await tx.query(
      `INSERT INTO interactions SELECT r.* FROM jsonb_populate_record(NULL::interactions, $2) r WHERE r.workspace_id = $1`,
      [workspaceId, JSON.stringify(moved.interaction)],
    );
    await tx.query(`UPDATE messages SET interaction_id = $2 WHERE workspace_id = $1 AND id = ANY ($3::uuid[])`, [
      workspaceId,
      moved.interaction['id'],
      moved.interactionMessages,
    ]);
  }
  await back('messages', moved.messages);
  await back('outbound_parts', moved.parts);
  await tx.query(
    `UPDATE turns SET chat_id = $2 WHERE workspace_id = $1 AND id = ANY ($3::uuid[]) AND state IN ('DONE', 'SKIPPED', 'FAILED')`,
    [workspaceId, id, moved.turns],
  );
}
