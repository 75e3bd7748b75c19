import type { Pool, PoolClient } from 'pg';
import { v7 as uuid7 } from 'uuid';

/** What a person is told. Ids name what it is about; `details` holds what its sentence needs, never a secret. */
export interface Notice {
  readonly workspaceId: string;
  /** "noun.problem": channel.deaf, chat.needs_person, turn.failed, … */
  readonly kind: string;
  /** The same matter again, while nobody has read it, is the same notice; default: kind and the most precise id. */
  readonly key?: string;
  readonly agentId?: string | null;
  readonly channelId?: string | null;
  readonly chatId?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Tells the people of a workspace; in a transaction, or alone. An unread notice of the same key is raised instead. */
export async function tellPeople(db: Pool | PoolClient, notice: Notice): Promise<void> {
  const { workspaceId, kind, agentId = null, channelId = null, chatId = null, details = {} } = notice;
  const key = notice.key ?? [kind, chatId ?? channelId ?? agentId].filter(Boolean).join(' ');
  await db.query(
    `INSERT INTO notices (workspace_id, id, kind, key, agent_id, channel_id, chat_id, details)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (workspace_id, key) WHERE read_at IS NULL
     DO UPDATE SET times = notices.times + 1, last_at = now(), details = excluded.details`,
    [workspaceId, uuid7(), kind, key, agentId, channelId, chatId, JSON.stringify(details)],
  );
}
