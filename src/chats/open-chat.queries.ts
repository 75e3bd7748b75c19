import type { PoolClient } from 'pg';

/** Somebody to write to first: the ids to use where contact or chat do not exist yet. */
export interface Addressee {
  readonly workspaceId: string;
  readonly channelId: string;
  /** The address WhatsApp named, first, and the forms under which the same phone may write. */
  readonly aliases: readonly string[];
  readonly phone: string | null;
  readonly contactId: string;
  readonly chatId: string;
}

// As `receive-message` finds a person: by alias, and a race for a new one is won by whoever is first. Any known form counts,
// the one WhatsApp named before the others.
const FIND_CONTACT = `
WITH known AS (
  SELECT contact_id FROM contact_aliases
  WHERE workspace_id = $1 AND channel_id = $2 AND alias = ANY ($3::text[]) ORDER BY array_position($3::text[], alias) LIMIT 1
),
claimed AS (
  INSERT INTO contact_aliases (workspace_id, channel_id, alias, contact_id)
  SELECT $1, $2, ($3::text[])[1], coalesce((SELECT contact_id FROM known), $4::uuid)
  ON CONFLICT (workspace_id, channel_id, alias) DO UPDATE SET alias = excluded.alias
  RETURNING contact_id
),
new_contact AS (
  INSERT INTO contacts (workspace_id, id, phone) SELECT $1, $4::uuid, $5 FROM claimed WHERE contact_id = $4::uuid
)
SELECT contact_id AS id FROM claimed`;

/** The chat with this person, made if need be: one contact and one chat, whichever side writes first. */
export async function openChat(tx: PoolClient, to: Addressee): Promise<string> {
  const { workspaceId, channelId, aliases } = to;
  const { rows: contacts } = await tx.query<{ id: string }>(FIND_CONTACT, [
    workspaceId,
    channelId,
    aliases,
    to.contactId,
    to.phone,
  ]);
  const contactId = contacts[0]!.id;
  await tx.query(
    `INSERT INTO contact_aliases (workspace_id, channel_id, alias, contact_id)
     SELECT $1, $2, unnest($3::text[]), $4 ON CONFLICT (workspace_id, channel_id, alias) DO NOTHING`,
    [workspaceId, channelId, aliases, contactId],
  );
  const { rows: chats } = await tx.query<{ id: string }>(
    `INSERT INTO chats (workspace_id, id, channel_id, contact_id, address) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (workspace_id, channel_id, contact_id) DO UPDATE SET last_message_at = now() RETURNING id`,
    [workspaceId, to.chatId, channelId, contactId, aliases[0]],
  );
  return chats[0]!.id;
}
