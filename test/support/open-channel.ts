import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** A workspace with one agent and one open channel, by their ids. */
export interface OpenedChannel {
  readonly ws: string;
  readonly agent: string;
  readonly channel: string;
}

/** Writes the rows of an agent's channel that has been connected for an hour. Messages are not grouped unless asked for. */
export async function openChannel(
  pool: pg.Pool,
  { grouping = 'NO_GROUP', type = 'WHATSAPP' }: { readonly grouping?: string; readonly type?: string } = {},
): Promise<OpenedChannel> {
  const [ws, agent, channel] = [randomUUID(), randomUUID(), randomUUID()];
  await pool.query(`INSERT INTO workspaces (id, name) VALUES ($1, 'w')`, [ws]);
  await pool.query(`INSERT INTO agents (workspace_id, id, name) VALUES ($1, $2, 'Bia')`, [ws, agent]);
  await pool.query(`INSERT INTO agent_settings (workspace_id, agent_id, message_grouping_time) VALUES ($1, $2, $3)`, [
    ws,
    agent,
    grouping,
  ]);
  await pool.query(
    `INSERT INTO channels (workspace_id, id, agent_id, type, name, instance_name, state, state_at)
     VALUES ($1, $2, $3, $4, 'c', $5, 'open', now() - interval '1 hour')`,
    [ws, channel, agent, type, `i-${channel}`],
  );
  return { ws, agent, channel };
}
