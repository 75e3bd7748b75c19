import type { Pool, PoolClient } from 'pg';
import { v7 as uuid7 } from 'uuid';
import { HOOK } from '../jobs/wakeups.service.js';

/** The columns of agent_hooks: what an agent's owner can be told of. */
const COLUMNS = {
  onNewMessage: 'on_new_message',
  onLackKnowLedge: 'on_lack_knowledge',
  onTransfer: 'on_transfer',
  onFirstInteraction: 'on_first_interaction',
  onStartInteraction: 'on_start_interaction',
  onFinishInteraction: 'on_finish_interaction',
  onCreateEvent: 'on_create_event',
  onCancelEvent: 'on_cancel_event',
} as const;

export type HookEventName = keyof typeof COLUMNS;

export interface HookEvent {
  readonly workspaceId: string;
  readonly agentId: string;
  readonly event: HookEventName;
  /** What is posted as `data`; no secrets. */
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Queues an event for the address the agent has for it, if any: in the transaction of what it tells of, whose end wakes
 * who posts it.
 */
export async function queueHookEvent(db: Pool | PoolClient, hook: HookEvent): Promise<void> {
  await db.query(
    `WITH queued AS (
       INSERT INTO hook_deliveries (workspace_id, id, agent_id, event, url, payload)
       SELECT workspace_id, $3, agent_id, $4, ${COLUMNS[hook.event]}, $5
       FROM agent_hooks WHERE workspace_id = $1 AND agent_id = $2 AND ${COLUMNS[hook.event]} IS NOT NULL
       RETURNING workspace_id
     )
     SELECT pg_notify($6, '') FROM queued`,
    [hook.workspaceId, hook.agentId, uuid7(), hook.event, JSON.stringify(hook.data), HOOK],
  );
}
