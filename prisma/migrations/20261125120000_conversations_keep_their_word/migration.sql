-- What a conversation engine needs that never loses, doubles, mixes or talks over: a journal of each turn, media, edits and
-- reactions, merges of contacts, timers, notices, hook deliveries, and what is known of a number's health.

-- The wall clock of a business, for working hours.
ALTER TABLE workspaces ADD COLUMN timezone TEXT NOT NULL DEFAULT 'America/Sao_Paulo';
-- Signs what is posted to hooks (Standard Webhooks); encrypted, made when first needed.
ALTER TABLE workspaces ADD COLUMN hook_secret BYTEA;

ALTER TABLE agent_settings
  ADD COLUMN stale_after_minutes INTEGER NOT NULL DEFAULT 30,
  ADD COLUMN answer_stale BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN answer_reactions BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN give_back_minutes INTEGER,
  ADD COLUMN working_hours JSONB,
  ADD COLUMN out_of_hours_message TEXT,
  ADD COLUMN max_turn_steps INTEGER NOT NULL DEFAULT 8,
  ADD COLUMN max_turn_seconds INTEGER NOT NULL DEFAULT 90,
  ADD COLUMN max_turn_tokens INTEGER NOT NULL DEFAULT 100000;

ALTER TABLE channels
  ADD COLUMN last_event_at TIMESTAMPTZ(3),
  ADD COLUMN last_inbound_at TIMESTAMPTZ(3),
  ADD COLUMN filled_until TIMESTAMPTZ(3),
  ADD COLUMN deaf_since TIMESTAMPTZ(3),
  ADD COLUMN first_opened_at TIMESTAMPTZ(3),
  ADD COLUMN proactive_paused_until TIMESTAMPTZ(3),
  ADD COLUMN proactive_pause_reason TEXT;
-- A number that was linked before this is as old as its channel.
UPDATE channels SET first_opened_at = created_at WHERE own_jid IS NOT NULL;

-- When WhatsApp's server took it, as opposed to the gateway: what stays without is stuck.
ALTER TABLE outbound_parts ADD COLUMN acked_at TIMESTAMPTZ(3);
CREATE INDEX outbound_parts_unacked ON outbound_parts (sent_at) WHERE acked_at IS NULL AND state = 'SENT';

ALTER TABLE chats
  ADD COLUMN agent_id UUID,
  ADD COLUMN return_agent_id UUID,
  ADD COLUMN human_at TIMESTAMPTZ(3),
  ADD COLUMN hushed_until TIMESTAMPTZ(3),
  ADD COLUMN hushed_reason TEXT,
  ADD COLUMN triggered BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE chats ADD CONSTRAINT chats_agent_fkey
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE SET NULL (agent_id);
ALTER TABLE chats ADD CONSTRAINT chats_return_agent_fkey
  FOREIGN KEY (workspace_id, return_agent_id) REFERENCES agents (workspace_id, id) ON DELETE SET NULL (return_agent_id);

ALTER TABLE interactions
  ADD COLUMN resolved_by TEXT,
  ADD COLUMN summary TEXT,
  ADD COLUMN summarised_at TIMESTAMPTZ(3),
  ADD COLUMN summary_attempts INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN summarise_at TIMESTAMPTZ(3) NOT NULL DEFAULT now();
ALTER TABLE interactions ADD CONSTRAINT interactions_resolved_by CHECK (resolved_by IN ('PERSON', 'AGENT', 'IDLE'));
CREATE INDEX interactions_to_summarise ON interactions (summarise_at)
  WHERE status = 'RESOLVED' AND summarised_at IS NULL AND summary_attempts < 5;

ALTER TABLE messages ADD COLUMN media_state TEXT;
ALTER TABLE messages ADD CONSTRAINT messages_media_state CHECK (media_state IN ('PENDING', 'READY', 'FAILED'));
CREATE INDEX messages_media_pending ON messages (created_at) WHERE media_state = 'PENDING';

CREATE TABLE message_media (
  workspace_id UUID NOT NULL,
  message_id UUID NOT NULL,
  storage_key TEXT,
  mimetype TEXT,
  file_name TEXT,
  bytes INTEGER,
  sha256 BYTEA,
  text TEXT,
  error TEXT,
  attempt INTEGER NOT NULL DEFAULT 0,
  next_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, message_id),
  CONSTRAINT message_media_message_fkey FOREIGN KEY (workspace_id, message_id) REFERENCES messages (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE reactions (
  workspace_id UUID NOT NULL,
  chat_id UUID NOT NULL,
  target_id TEXT NOT NULL,
  author TEXT NOT NULL,
  emoji TEXT NOT NULL,
  reacted_at TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (workspace_id, chat_id, target_id, author),
  CONSTRAINT reactions_chat_fkey FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);

-- An edit or a deletion that overtook its message.
CREATE TABLE parked_changes (
  workspace_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  provider_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT,
  changed_at TIMESTAMPTZ(3) NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, channel_id, provider_id),
  CONSTRAINT parked_changes_kind CHECK (kind IN ('EDIT', 'DELETE')),
  CONSTRAINT parked_changes_channel_fkey FOREIGN KEY (workspace_id, channel_id) REFERENCES channels (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX parked_changes_created_at_idx ON parked_changes (created_at);

-- Two contacts that turned out to be one person. `moved` says what has to move back if it was wrong.
CREATE TABLE contact_merges (
  workspace_id UUID NOT NULL,
  id UUID NOT NULL,
  kept_id UUID NOT NULL,
  merged_id UUID NOT NULL,
  reason TEXT NOT NULL,
  moved JSONB NOT NULL,
  user_id UUID,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  undone_at TIMESTAMPTZ(3),
  PRIMARY KEY (workspace_id, id),
  CONSTRAINT contact_merges_kept_fkey FOREIGN KEY (workspace_id, kept_id) REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_merges_workspace_id_kept_id_idx ON contact_merges (workspace_id, kept_id);

ALTER TABLE turns
  ADD COLUMN cause TEXT NOT NULL DEFAULT 'MESSAGE',
  ADD COLUMN instructions TEXT,
  ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN started_at TIMESTAMPTZ(3);
ALTER TABLE turns ADD CONSTRAINT turns_cause CHECK (cause IN ('MESSAGE', 'IDLE', 'REMINDER', 'TRANSFER'));

-- The journal of a turn: what was asked of the model and of tools, written before, and what came of it, written after.
CREATE TABLE turn_steps (
  workspace_id UUID NOT NULL,
  turn_id UUID NOT NULL,
  n INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'STARTED',
  request JSONB,
  result JSONB,
  input_tokens INTEGER,
  output_tokens INTEGER,
  fence INTEGER NOT NULL,
  started_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  finished_at TIMESTAMPTZ(3),
  PRIMARY KEY (workspace_id, turn_id, n),
  CONSTRAINT turn_steps_kind CHECK (kind IN ('MODEL', 'TOOL')),
  CONSTRAINT turn_steps_state CHECK (state IN ('STARTED', 'DONE', 'FAILED', 'UNKNOWN')),
  CONSTRAINT turn_steps_turn_fkey FOREIGN KEY (workspace_id, turn_id) REFERENCES turns (workspace_id, id) ON DELETE CASCADE
);

-- Something to do in a chat at a time, once: an idle action, the end of a silent interaction, a reminder, a give-back.
CREATE TABLE timers (
  workspace_id UUID NOT NULL,
  id UUID NOT NULL,
  chat_id UUID NOT NULL,
  interaction_id UUID,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  instructions TEXT,
  due_at TIMESTAMPTZ(3) NOT NULL,
  state TEXT NOT NULL DEFAULT 'PENDING',
  reason TEXT,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  finished_at TIMESTAMPTZ(3),
  PRIMARY KEY (workspace_id, id),
  CONSTRAINT timers_kind CHECK (kind IN ('IDLE_ACTION', 'IDLE_FINISH', 'REMINDER', 'GIVE_BACK')),
  CONSTRAINT timers_state CHECK (state IN ('PENDING', 'DONE', 'CANCELED')),
  CONSTRAINT timers_chat_fkey FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX timers_workspace_id_chat_id_key_key ON timers (workspace_id, chat_id, key);
CREATE INDEX timers_due ON timers (due_at) WHERE state = 'PENDING';

-- What a person has to be told.
CREATE TABLE notices (
  workspace_id UUID NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  -- The same matter again is the same notice.
  key TEXT NOT NULL,
  agent_id UUID,
  channel_id UUID,
  chat_id UUID,
  details JSONB NOT NULL DEFAULT '{}',
  times INTEGER NOT NULL DEFAULT 1,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  last_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  read_at TIMESTAMPTZ(3),
  PRIMARY KEY (workspace_id, id),
  CONSTRAINT notices_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX notices_one_unread ON notices (workspace_id, key) WHERE read_at IS NULL;
CREATE INDEX notices_workspace_id_last_at_idx ON notices (workspace_id, last_at);

-- An event on its way to an address of the business: tried for a day, then dead until somebody replays it.
CREATE TABLE hook_deliveries (
  workspace_id UUID NOT NULL,
  id UUID NOT NULL,
  agent_id UUID,
  event TEXT NOT NULL,
  url TEXT NOT NULL,
  payload JSONB NOT NULL,
  state TEXT NOT NULL DEFAULT 'PENDING',
  attempt INTEGER NOT NULL DEFAULT 0,
  next_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  last_status INTEGER,
  last_error TEXT,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  delivered_at TIMESTAMPTZ(3),
  PRIMARY KEY (workspace_id, id),
  CONSTRAINT hook_deliveries_state CHECK (state IN ('PENDING', 'DELIVERED', 'DEAD')),
  CONSTRAINT hook_deliveries_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE INDEX hook_deliveries_id_idx ON hook_deliveries (id);
CREATE INDEX hook_deliveries_due ON hook_deliveries (next_at) WHERE state = 'PENDING';
CREATE INDEX hook_deliveries_workspace_id_state_created_at_idx ON hook_deliveries (workspace_id, state, created_at DESC);
