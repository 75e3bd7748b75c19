import type { Pool } from 'pg';

/** What a message of the shop's phone is judged on. */
export interface PhoneScene {
  config: unknown;
  humanTalk: boolean;
}

/** The channel's settings, and whether a person has the chat of these aliases; undefined when the channel is gone. */
export async function loadPhoneScene(
  pool: Pool,
  workspaceId: string,
  channelId: string,
  aliases: readonly string[],
): Promise<PhoneScene | undefined> {
  const { rows } = await pool.query<PhoneScene>(
    `SELECT h.config, EXISTS (
              SELECT 1 FROM contact_aliases a
              JOIN chats c ON c.workspace_id = a.workspace_id AND c.channel_id = a.channel_id AND c.contact_id = a.contact_id
              WHERE a.workspace_id = $1 AND a.channel_id = $2 AND a.alias = ANY ($3) AND c.human_talk) AS "humanTalk"
     FROM channels h WHERE h.workspace_id = $1 AND h.id = $2`,
    [workspaceId, channelId, aliases],
  );
  return rows[0];
}
