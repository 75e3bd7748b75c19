import type { Pool } from 'pg';

/** A channel whose gateway instance still posts to another address. */
export interface MovedWebhook {
  readonly workspaceId: string;
  readonly channelId: string;
  readonly instanceName: string;
}

/** All tenants: asked once at start. The channels that do not post to `publicUrl`, oldest first. */
export async function findMovedWebhooks(db: Pick<Pool, 'query'>, publicUrl: string): Promise<MovedWebhook[]> {
  const { rows } = await db.query<MovedWebhook>(
    `SELECT workspace_id AS "workspaceId", id AS "channelId", instance_name AS "instanceName" FROM channels
     WHERE type = 'WHATSAPP' AND instance_name IS NOT NULL AND webhook_url IS NOT NULL
       AND webhook_url <> $1 || '/webhooks/evolution/' || workspace_id || '/' || id
     ORDER BY created_at`,
    [publicUrl],
  );
  return rows;
}
