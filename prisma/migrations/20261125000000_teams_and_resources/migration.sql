-- People: accounts that need no password, sessions that end at once, what went out by e-mail, sign-in through providers.
ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL;
ALTER TABLE users ADD COLUMN picture text;
ALTER TABLE users ADD COLUMN email_verified_at timestamptz(3);
ALTER TABLE users ADD COLUMN tokens_valid_from timestamptz(3) NOT NULL DEFAULT now();

ALTER TABLE workspaces ADD COLUMN status text NOT NULL DEFAULT 'TRIAL';
ALTER TABLE workspaces ADD COLUMN credits integer NOT NULL DEFAULT 0;
ALTER TABLE workspaces ADD COLUMN suspended_at timestamptz(3);
ALTER TABLE workspaces ADD COLUMN deleted_at timestamptz(3);

ALTER TABLE contacts ADD COLUMN email text;
ALTER TABLE contacts ADD COLUMN birthday date;
ALTER TABLE contacts ADD COLUMN gender text;
ALTER TABLE contacts ADD COLUMN job_title text;
ALTER TABLE chats ADD COLUMN user_id uuid;
ALTER TABLE interactions ADD COLUMN user_id uuid;
ALTER TABLE messages ADD COLUMN user_id uuid;
ALTER TABLE messages ADD COLUMN edited_at timestamptz(3);
ALTER TABLE messages ADD COLUMN deleted_at timestamptz(3);
ALTER TABLE outbound_parts ADD COLUMN media jsonb;
ALTER TABLE outbound_parts ADD COLUMN quoted_id text;
ALTER TABLE turns ADD COLUMN kind text NOT NULL DEFAULT 'ANSWER';

CREATE TABLE mailed_tokens (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  purpose text NOT NULL,
  email text NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (id)
);

CREATE TABLE oauth_identities (
  provider text NOT NULL,
  subject text NOT NULL,
  user_id uuid NOT NULL,
  email text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (provider, subject)
);

CREATE TABLE oauth_attempts (
  id uuid NOT NULL,
  provider text NOT NULL,
  state_hash bytea NOT NULL,
  code_verifier text NOT NULL,
  nonce text NOT NULL,
  browser_hash bytea NOT NULL,
  return_to text NOT NULL,
  user_id uuid,
  code_hash bytea,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (id)
);

CREATE TABLE account_events (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  action text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}',
  address text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (id)
);

CREATE TABLE idempotency_keys (
  owner_id uuid NOT NULL,
  key text NOT NULL,
  hash bytea NOT NULL,
  effect_id uuid NOT NULL,
  answer jsonb,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  claimed_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (owner_id, key)
);

CREATE TABLE rate_limits (
  key text NOT NULL,
  points integer NOT NULL,
  expire bigint,
  PRIMARY KEY (key)
);

CREATE TABLE invitations (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  email text NOT NULL,
  role text NOT NULL,
  token_hash bytea NOT NULL,
  invited_by_id uuid NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  accepted_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE api_keys (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  key_hash bytea NOT NULL,
  role text NOT NULL,
  created_by_id uuid NOT NULL,
  last_used_at timestamptz(3),
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE credit_entries (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  amount integer NOT NULL,
  kind text NOT NULL,
  turn_id uuid,
  agent_id uuid,
  model text,
  note text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE audit_events (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid,
  api_key_id uuid,
  action text NOT NULL,
  subject_id text,
  details jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE agent_hooks (
  workspace_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  on_new_message text,
  on_lack_knowledge text,
  on_transfer text,
  on_first_interaction text,
  on_start_interaction text,
  on_finish_interaction text,
  on_create_event text,
  on_cancel_event text,
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, agent_id)
);

CREATE TABLE behavior_versions (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  agent_id uuid NOT NULL,
  user_id uuid,
  behavior_text text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE trainings (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  agent_id uuid NOT NULL,
  type text NOT NULL,
  text text,
  image text,
  website text,
  training_sub_pages text,
  training_interval text,
  video text,
  document_url text,
  document_name text,
  document_mimetype text,
  callback_url text,
  status text NOT NULL DEFAULT 'PENDING',
  is_enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE intentions (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  agent_id uuid NOT NULL,
  description text NOT NULL,
  details text,
  instructions text,
  preprocessing_message text NOT NULL DEFAULT 'DISABLED',
  preprocessing_text text,
  type text NOT NULL,
  http_method text,
  url text,
  fields jsonb NOT NULL DEFAULT '[]',
  headers jsonb NOT NULL DEFAULT '[]',
  params jsonb NOT NULL DEFAULT '[]',
  variables jsonb NOT NULL DEFAULT '[]',
  preconditions jsonb NOT NULL DEFAULT '[]',
  parameters jsonb,
  request_body text,
  auto_generate_params boolean NOT NULL DEFAULT false,
  auto_generate_body boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE transfer_rules (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  agent_id uuid NOT NULL,
  instructions text NOT NULL,
  return_on_finish boolean NOT NULL DEFAULT false,
  type text NOT NULL,
  user_id uuid,
  target_agent_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, target_agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE idle_plans (
  workspace_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  actions jsonb NOT NULL DEFAULT '[]',
  finish_on_seconds integer,
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, agent_id)
);

CREATE TABLE custom_fields (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  json_name text NOT NULL,
  description text NOT NULL DEFAULT '',
  type text NOT NULL,
  is_archived boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE custom_field_values (
  workspace_id uuid NOT NULL,
  contact_id uuid NOT NULL,
  custom_field_id uuid NOT NULL,
  value jsonb NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, custom_field_id) REFERENCES custom_fields (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, contact_id, custom_field_id)
);

CREATE UNIQUE INDEX mailed_tokens_token_hash_key ON mailed_tokens (token_hash);
CREATE INDEX mailed_tokens_user_id_purpose_idx ON mailed_tokens (user_id, purpose);
CREATE INDEX oauth_identities_user_id_idx ON oauth_identities (user_id);
CREATE UNIQUE INDEX oauth_attempts_state_hash_key ON oauth_attempts (state_hash);
CREATE UNIQUE INDEX oauth_attempts_code_hash_key ON oauth_attempts (code_hash);
CREATE INDEX oauth_attempts_expires_at_idx ON oauth_attempts (expires_at);
CREATE INDEX account_events_user_id_created_at_idx ON account_events (user_id, created_at);
CREATE INDEX idempotency_keys_started_at_idx ON idempotency_keys (started_at);
CREATE UNIQUE INDEX invitations_token_hash_key ON invitations (token_hash);
CREATE INDEX invitations_workspace_id_created_at_idx ON invitations (workspace_id, created_at);
CREATE UNIQUE INDEX api_keys_key_hash_key ON api_keys (key_hash);
CREATE INDEX api_keys_workspace_id_created_at_idx ON api_keys (workspace_id, created_at);
CREATE UNIQUE INDEX credit_entries_workspace_id_turn_id_kind_key ON credit_entries (workspace_id, turn_id, kind);
CREATE INDEX credit_entries_workspace_id_created_at_idx ON credit_entries (workspace_id, created_at);
CREATE INDEX credit_entries_workspace_id_agent_id_created_at_idx ON credit_entries (workspace_id, agent_id, created_at);
CREATE INDEX audit_events_workspace_id_created_at_idx ON audit_events (workspace_id, created_at);
CREATE INDEX behavior_versions_workspace_id_agent_id_created_at_idx ON behavior_versions (workspace_id, agent_id, created_at);
CREATE INDEX trainings_id_idx ON trainings (id);
CREATE INDEX trainings_workspace_id_agent_id_type_created_at_idx ON trainings (workspace_id, agent_id, type, created_at);
CREATE INDEX intentions_id_idx ON intentions (id);
CREATE INDEX intentions_workspace_id_agent_id_created_at_idx ON intentions (workspace_id, agent_id, created_at);
CREATE INDEX transfer_rules_workspace_id_agent_id_created_at_idx ON transfer_rules (workspace_id, agent_id, created_at);
CREATE UNIQUE INDEX custom_fields_workspace_id_json_name_key ON custom_fields (workspace_id, json_name);
CREATE INDEX custom_fields_id_idx ON custom_fields (id);
CREATE INDEX custom_fields_workspace_id_created_at_idx ON custom_fields (workspace_id, created_at);
CREATE INDEX custom_field_values_workspace_id_custom_field_id_idx ON custom_field_values (workspace_id, custom_field_id);

CREATE INDEX interactions_id_idx ON interactions (id);
CREATE INDEX interactions_workspace_id_start_at_id_idx ON interactions (workspace_id, start_at DESC, id);
CREATE INDEX interactions_workspace_id_agent_id_start_at_idx ON interactions (workspace_id, agent_id, start_at DESC);
CREATE INDEX interactions_workspace_id_chat_id_idx ON interactions (workspace_id, chat_id);
CREATE INDEX messages_workspace_id_interaction_id_seq_idx ON messages (workspace_id, interaction_id, seq);
CREATE INDEX contacts_workspace_id_created_at_id_idx ON contacts (workspace_id, created_at, id);
CREATE INDEX contacts_id_idx ON contacts (id);

-- A provider id is taken in once, for ever: deleting a history must not let a late webhook bring one of its messages back.
-- The database sees to it, since messages go by several ways (a chat, a contact, a history). With their channel the ids go
-- too: nothing can arrive there any more.
CREATE TABLE forgotten_messages (
  workspace_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  provider_id text NOT NULL,
  FOREIGN KEY (workspace_id, channel_id) REFERENCES channels (workspace_id, id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, channel_id, provider_id)
);
CREATE FUNCTION remember_deleted_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO forgotten_messages (workspace_id, channel_id, provider_id)
  SELECT g.workspace_id, g.channel_id, g.provider_id FROM gone g
  JOIN channels c ON c.workspace_id = g.workspace_id AND c.id = g.channel_id
  WHERE g.provider_id IS NOT NULL AND c.type = 'WHATSAPP'
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER messages_remember_deleted AFTER DELETE ON messages REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION remember_deleted_messages();

-- One open invitation per address and workspace.
CREATE UNIQUE INDEX invitations_one_open_per_email ON invitations (workspace_id, email) WHERE accepted_at IS NULL;
-- A rule that names a member who leaves goes on for whoever is there; the workspace stays named.
ALTER TABLE transfer_rules ADD CONSTRAINT transfer_rules_member FOREIGN KEY (workspace_id, user_id)
  REFERENCES memberships (workspace_id, user_id) ON DELETE SET NULL (user_id);
-- What happened stays when the account is gone.
ALTER TABLE behavior_versions ADD CONSTRAINT behavior_versions_user FOREIGN KEY (user_id)
  REFERENCES users (id) ON DELETE SET NULL;

-- Searching names and phones by a part of them; both extensions are trusted, so the database's owner may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE INDEX contacts_search ON contacts USING gin (workspace_id, name gin_trgm_ops, phone gin_trgm_ops);

-- The inbox is filtered and counted in its index alone. Each message moves its chat here anyway, so that the columns it
-- changes cost no HOT update more; without them a filter that keeps few chats reads the whole table.
DROP INDEX chats_inbox;
CREATE INDEX chats_inbox ON chats (workspace_id, last_message_at DESC, id)
  INCLUDE (channel_id, contact_id, human_talk, user_id, finished, unread);

-- A send of a person or an API client is a turn without a thought: QUEUED until its chat is free, then SENDING.
ALTER TABLE turns DROP CONSTRAINT turns_state;
ALTER TABLE turns ADD CONSTRAINT turns_state CHECK (
  state IN ('COLLECTING', 'QUEUED', 'THINKING', 'SENDING', 'DONE', 'SKIPPED', 'FAILED'));
ALTER TABLE turns ADD CONSTRAINT turns_kind CHECK (
  (kind = 'ANSWER' AND state <> 'QUEUED') OR (kind = 'SEND' AND state NOT IN ('COLLECTING', 'THINKING')));
CREATE INDEX turns_queued ON turns (workspace_id, chat_id, due_at) WHERE state = 'QUEUED';

ALTER TABLE workspaces ADD CONSTRAINT workspaces_status CHECK (status IN ('TRIAL', 'ACTIVE', 'PAST_DUE', 'CANCELED'));
ALTER TABLE mailed_tokens ADD CONSTRAINT mailed_tokens_purpose CHECK (purpose IN ('RESET_PASSWORD', 'VERIFY_EMAIL', 'CHANGE_EMAIL'));
ALTER TABLE oauth_identities ADD CONSTRAINT oauth_identities_provider CHECK (provider IN ('google', 'facebook'));
-- Nobody is invited, and no key acts, as an owner: ownership is transferred.
ALTER TABLE invitations ADD CONSTRAINT invitations_role CHECK (role IN ('ADMIN', 'MEMBER', 'VIEWER'));
ALTER TABLE api_keys ADD CONSTRAINT api_keys_role CHECK (role IN ('ADMIN', 'MEMBER', 'VIEWER'));
ALTER TABLE credit_entries ADD CONSTRAINT credit_entries_kind CHECK (kind IN ('GRANT', 'HOLD', 'CHARGE', 'REFUND', 'PURCHASE'));
ALTER TABLE trainings ADD CONSTRAINT trainings_type CHECK (type IN ('TEXT', 'WEBSITE', 'VIDEO', 'DOCUMENT'));
ALTER TABLE trainings ADD CONSTRAINT trainings_status CHECK (status IN ('PENDING', 'FETCHING', 'EXTRACTING', 'INDEXING', 'READY', 'FAILED'));
ALTER TABLE intentions ADD CONSTRAINT intentions_type CHECK (type IN ('WEBHOOK', 'INSTRUCTIONS'));
ALTER TABLE transfer_rules ADD CONSTRAINT transfer_rules_target CHECK (
  (type = 'HUMAN' AND target_agent_id IS NULL) OR (type = 'AGENT' AND target_agent_id IS NOT NULL AND user_id IS NULL));
ALTER TABLE custom_fields ADD CONSTRAINT custom_fields_type CHECK (type IN ('STRING', 'DATE', 'DATE_TIME', 'NUMBER', 'BOOLEAN', 'MONEY'));

-- What existing agents and workspaces need to be whole.
INSERT INTO agent_hooks (workspace_id, agent_id) SELECT workspace_id, id FROM agents;
INSERT INTO idle_plans (workspace_id, agent_id) SELECT workspace_id, id FROM agents;
INSERT INTO behavior_versions (workspace_id, id, agent_id, behavior_text, created_at)
  SELECT workspace_id, gen_random_uuid(), id, behavior, updated_at FROM agents WHERE behavior <> '';
-- They begin with what new ones get by default (TRIAL_CREDITS).
INSERT INTO credit_entries (workspace_id, id, amount, kind) SELECT id, gen_random_uuid(), 10000, 'GRANT' FROM workspaces;
UPDATE workspaces SET credits = 10000;
