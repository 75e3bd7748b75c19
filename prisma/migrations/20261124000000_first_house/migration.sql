CREATE TABLE users (
  id uuid NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  password_hash text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (id)
);

CREATE TABLE refresh_tokens (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  family_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  revoked_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (id)
);

CREATE TABLE model_entries (
  name text NOT NULL,
  provider_model text NOT NULL,
  successor text,
  shutdown_at date,
  PRIMARY KEY (name)
);

CREATE TABLE workers (
  id uuid NOT NULL,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  last_seen_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (id)
);

CREATE TABLE workspaces (
  id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (id)
);

CREATE TABLE memberships (
  workspace_id uuid NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, user_id)
);

CREATE TABLE agents (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  avatar text,
  behavior text NOT NULL DEFAULT '',
  communication_type text NOT NULL DEFAULT 'NORMAL',
  type text NOT NULL DEFAULT 'SUPPORT',
  job_name text,
  job_site text,
  job_description text,
  is_active boolean NOT NULL DEFAULT true,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE agent_settings (
  workspace_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  preferred_model text,
  timezone text NOT NULL DEFAULT 'America/Sao_Paulo',
  enabled_human_transfer boolean NOT NULL DEFAULT true,
  enabled_reminder boolean NOT NULL DEFAULT false,
  split_messages boolean NOT NULL DEFAULT true,
  enabled_emoji boolean NOT NULL DEFAULT true,
  limit_subjects boolean NOT NULL DEFAULT true,
  message_grouping_time text NOT NULL DEFAULT 'FIVE_SEC',
  sign_messages boolean NOT NULL DEFAULT false,
  max_daily_messages integer,
  max_daily_messages_limit_action text,
  knowledge_by_function boolean NOT NULL DEFAULT true,
  on_lack_knowledge text,
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, agent_id)
);

CREATE TABLE channels (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  agent_id uuid NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  instance_name text,
  webhook_secret_hash bytea,
  webhook_url text,
  state text NOT NULL DEFAULT 'created',
  state_reason integer,
  state_at timestamptz(3) NOT NULL DEFAULT now(),
  own_jid text,
  profile_name text,
  qr_code text,
  pairing_code text,
  qr_at timestamptz(3),
  config jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id),
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE contacts (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text,
  phone text,
  picture text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE contact_aliases (
  workspace_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  alias text NOT NULL,
  contact_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, channel_id) REFERENCES channels (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, channel_id, alias)
);

CREATE TABLE chats (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  contact_id uuid NOT NULL,
  address text NOT NULL,
  title text,
  epoch integer NOT NULL DEFAULT 0,
  human_talk boolean NOT NULL DEFAULT false,
  unread integer NOT NULL DEFAULT 0,
  finished boolean NOT NULL DEFAULT false,
  last_message_at timestamptz(3) NOT NULL DEFAULT now(),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, channel_id) REFERENCES channels (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE interactions (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  chat_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'RUNNING',
  start_at timestamptz(3) NOT NULL DEFAULT now(),
  transfer_at timestamptz(3),
  resolved_at timestamptz(3),
  FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE messages (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  seq bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
  chat_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  interaction_id uuid,
  turn_id uuid,
  role text NOT NULL,
  author text NOT NULL,
  type text NOT NULL DEFAULT 'TEXT',
  text text NOT NULL,
  content jsonb,
  provider_id text,
  status text,
  served_model text,
  sent_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE turns (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  chat_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'COLLECTING',
  reason text,
  first_at timestamptz(3) NOT NULL DEFAULT now(),
  due_at timestamptz(3) NOT NULL,
  epoch integer NOT NULL,
  inbound_ids uuid[] NOT NULL,
  fence integer NOT NULL DEFAULT 0,
  owner uuid,
  lease_until timestamptz(3),
  attempt integer NOT NULL DEFAULT 0,
  trace jsonb,
  finished_at timestamptz(3),
  FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE outbound_parts (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  chat_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  turn_id uuid,
  message_id uuid NOT NULL,
  n integer NOT NULL,
  address text NOT NULL,
  text text NOT NULL,
  text_hash bytea NOT NULL,
  epoch integer NOT NULL,
  state text NOT NULL DEFAULT 'PENDING',
  attempt integer NOT NULL DEFAULT 0,
  resends integer NOT NULL DEFAULT 0,
  error text,
  provider_id text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  sent_at timestamptz(3),
  reconciled_at timestamptz(3),
  FOREIGN KEY (workspace_id, message_id) REFERENCES messages (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE parked_statuses (
  workspace_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  provider_id text NOT NULL,
  status text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, channel_id, provider_id)
);

CREATE TABLE webhook_quarantine (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  body text NOT NULL,
  error text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id)
);

CREATE UNIQUE INDEX users_email_key ON users (email);
CREATE UNIQUE INDEX refresh_tokens_token_hash_key ON refresh_tokens (token_hash);
CREATE INDEX refresh_tokens_user_id_idx ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_family_id_idx ON refresh_tokens (family_id);
CREATE INDEX memberships_user_id_idx ON memberships (user_id);
CREATE INDEX agents_id_idx ON agents (id);
CREATE INDEX agents_workspace_id_created_at_idx ON agents (workspace_id, created_at);
CREATE INDEX channels_id_idx ON channels (id);
CREATE INDEX channels_workspace_id_agent_id_idx ON channels (workspace_id, agent_id);
CREATE INDEX contact_aliases_workspace_id_contact_id_idx ON contact_aliases (workspace_id, contact_id);
CREATE UNIQUE INDEX chats_workspace_id_channel_id_contact_id_key ON chats (workspace_id, channel_id, contact_id);
CREATE INDEX chats_id_idx ON chats (id);
CREATE UNIQUE INDEX messages_workspace_id_channel_id_provider_id_key ON messages (workspace_id, channel_id, provider_id);
CREATE INDEX messages_workspace_id_chat_id_seq_idx ON messages (workspace_id, chat_id, seq);
CREATE INDEX turns_id_idx ON turns (id);
CREATE INDEX turns_workspace_id_chat_id_first_at_idx ON turns (workspace_id, chat_id, first_at);
CREATE UNIQUE INDEX outbound_parts_workspace_id_message_id_key ON outbound_parts (workspace_id, message_id);
CREATE UNIQUE INDEX outbound_parts_workspace_id_turn_id_n_key ON outbound_parts (workspace_id, turn_id, n);
CREATE INDEX parked_statuses_created_at_idx ON parked_statuses (created_at);
CREATE INDEX webhook_quarantine_workspace_id_created_at_idx ON webhook_quarantine (workspace_id, created_at);

-- Order inside a chat; a message's status moves on SENT, so leave room for HOT updates.
ALTER TABLE chats SET (fillfactor = 65);
ALTER TABLE turns SET (fillfactor = 65);
ALTER TABLE outbound_parts SET (fillfactor = 65);
ALTER TABLE messages SET (fillfactor = 85);

-- An instance name belongs to one channel of the whole installation: no tenant can claim another's number.
CREATE UNIQUE INDEX channels_instance_name_key ON channels (instance_name);
-- The built-in API channel: one per agent.
CREATE UNIQUE INDEX channels_one_api_per_agent ON channels (workspace_id, agent_id) WHERE type = 'API';

-- The invariants of the engine, kept by the database.
CREATE UNIQUE INDEX turns_one_collecting_per_chat ON turns (workspace_id, chat_id) WHERE state = 'COLLECTING';
CREATE UNIQUE INDEX turns_one_active_per_chat ON turns (workspace_id, chat_id) WHERE state IN ('THINKING', 'SENDING');
CREATE UNIQUE INDEX interactions_one_open_per_chat ON interactions (workspace_id, chat_id) WHERE status <> 'RESOLVED';

-- What the worker asks for, all tenants at once.
CREATE INDEX turns_due ON turns (due_at) WHERE state = 'COLLECTING';
CREATE INDEX turns_leased ON turns (lease_until) WHERE state IN ('THINKING', 'SENDING');
-- What an echo, a crash and a takeover ask for: the few parts that are not settled.
CREATE INDEX outbound_parts_open ON outbound_parts (workspace_id, chat_id) WHERE state IN ('PENDING', 'SENDING', 'UNKNOWN');
-- The inbox: newest first, stable.
CREATE INDEX chats_inbox ON chats (workspace_id, last_message_at DESC, id);

ALTER TABLE memberships ADD CONSTRAINT memberships_role CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER', 'VIEWER'));
ALTER TABLE channels ADD CONSTRAINT channels_type CHECK (type IN ('WHATSAPP', 'API'));
ALTER TABLE channels ADD CONSTRAINT channels_state CHECK (state IN ('created', 'connecting', 'open', 'close', 'refused'));
ALTER TABLE interactions ADD CONSTRAINT interactions_status CHECK (status IN ('RUNNING', 'WAITING', 'RESOLVED'));
ALTER TABLE messages ADD CONSTRAINT messages_role CHECK (role IN ('user', 'assistant'));
ALTER TABLE messages ADD CONSTRAINT messages_author CHECK (author IN ('CUSTOMER', 'AGENT', 'HUMAN', 'API'));
ALTER TABLE turns ADD CONSTRAINT turns_state CHECK (state IN ('COLLECTING', 'THINKING', 'SENDING', 'DONE', 'SKIPPED', 'FAILED'));
ALTER TABLE turns ADD CONSTRAINT turns_reason CHECK (state NOT IN ('SKIPPED', 'FAILED') OR reason IS NOT NULL);
ALTER TABLE outbound_parts ADD CONSTRAINT outbound_parts_state CHECK (state IN ('PENDING', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN', 'CANCELED'));
