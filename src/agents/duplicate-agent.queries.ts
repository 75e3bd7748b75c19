import type { Tx } from '../prisma/prisma.service.js';

/** From which agent to which, in one workspace. */
interface Copy {
  readonly workspaceId: string;
  readonly from: string;
  readonly to: string;
}

/** Copies settings, hooks and idle plan, which every agent has one of. */
export async function copyConfiguration(tx: Tx, { workspaceId, from, to }: Copy): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO agent_settings (workspace_id, agent_id, preferred_model, timezone, enabled_human_transfer, enabled_reminder,
      split_messages, enabled_emoji, limit_subjects, message_grouping_time, sign_messages, max_daily_messages,
      max_daily_messages_limit_action, knowledge_by_function, on_lack_knowledge,
      stale_after_minutes, answer_stale, answer_reactions, give_back_minutes, working_hours, out_of_hours_message,
      max_turn_steps, max_turn_seconds, max_turn_tokens)
    SELECT workspace_id, ${to}::uuid, preferred_model, timezone, enabled_human_transfer, enabled_reminder,
      split_messages, enabled_emoji, limit_subjects, message_grouping_time, sign_messages, max_daily_messages,
      max_daily_messages_limit_action, knowledge_by_function, on_lack_knowledge,
      stale_after_minutes, answer_stale, answer_reactions, give_back_minutes, working_hours, out_of_hours_message,
      max_turn_steps, max_turn_seconds, max_turn_tokens
    FROM agent_settings WHERE workspace_id = ${workspaceId}::uuid AND agent_id = ${from}::uuid`;
  await tx.$executeRaw`
    INSERT INTO agent_hooks (workspace_id, agent_id, on_new_message, on_lack_knowledge, on_transfer, on_first_interaction,
      on_start_interaction, on_finish_interaction, on_create_event, on_cancel_event)
    SELECT workspace_id, ${to}::uuid, on_new_message, on_lack_knowledge, on_transfer, on_first_interaction,
      on_start_interaction, on_finish_interaction, on_create_event, on_cancel_event
    FROM agent_hooks WHERE workspace_id = ${workspaceId}::uuid AND agent_id = ${from}::uuid`;
  await tx.$executeRaw`
    INSERT INTO idle_plans (workspace_id, agent_id, actions, finish_on_seconds)
    SELECT workspace_id, ${to}::uuid, actions, finish_on_seconds
    FROM idle_plans WHERE workspace_id = ${workspaceId}::uuid AND agent_id = ${from}::uuid`;
}

/** Copies transfer rules; one millisecond apart, so that they keep their order. */
export async function copyTransferRules(tx: Tx, { workspaceId, from, to }: Copy): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO transfer_rules (workspace_id, id, agent_id, instructions, return_on_finish, type, user_id, target_agent_id,
      created_at)
    SELECT workspace_id, gen_random_uuid(), ${to}::uuid, instructions, return_on_finish, type, user_id, target_agent_id,
      now() + row_number() OVER (ORDER BY created_at, id) * interval '1 millisecond'
    FROM transfer_rules
    WHERE workspace_id = ${workspaceId}::uuid AND agent_id = ${from}::uuid`;
}

/**
 * Copies trainings as they were given; what is made of them is made anew. Like the copies of intentions below this is
 * written here and not by the module that owns the table: a copy is whole or not there at all, and those stand above.
 */
export async function copyTrainings(tx: Tx, { workspaceId, from, to }: Copy): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO trainings (workspace_id, id, agent_id, type, text, image, website, training_sub_pages, training_interval,
      video, document_url, document_name, document_mimetype, callback_url, is_enabled, created_at)
    SELECT workspace_id, gen_random_uuid(), ${to}::uuid, type, text, image, website, training_sub_pages, training_interval,
      video, document_url, document_name, document_mimetype, callback_url, is_enabled,
      now() + row_number() OVER (ORDER BY created_at, id) * interval '1 millisecond'
    FROM trainings WHERE workspace_id = ${workspaceId}::uuid AND agent_id = ${from}::uuid`;
}

/**
 * Copies intentions. Their preconditions name one another, so the copies' name the copies. Sealed header values are
 * bound to workspace and field, not to a row, and go as they are.
 */
export async function copyIntentions(tx: Tx, { workspaceId, from, to }: Copy): Promise<void> {
  await tx.$executeRaw`
    WITH copies AS (
      SELECT id AS old_id, gen_random_uuid() AS new_id, row_number() OVER (ORDER BY created_at, id) AS n
      FROM intentions WHERE workspace_id = ${workspaceId}::uuid AND agent_id = ${from}::uuid)
    INSERT INTO intentions (workspace_id, id, agent_id, description, details, instructions, preprocessing_message,
      preprocessing_text, type, http_method, url, fields, headers, params, variables, preconditions, parameters,
      request_body, auto_generate_params, auto_generate_body, created_at)
    SELECT i.workspace_id, c.new_id, ${to}::uuid, description, details, instructions, preprocessing_message,
      preprocessing_text, type, http_method, url, fields, headers, params, variables,
      (SELECT coalesce(jsonb_agg(p.value || jsonb_build_object('intentionId', other.new_id) ORDER BY p.ordinality), '[]')
       FROM jsonb_array_elements(i.preconditions) WITH ORDINALITY p
       JOIN copies other ON other.old_id = (p.value ->> 'intentionId')::uuid),
      parameters, request_body, auto_generate_params, auto_generate_body, now() + c.n * interval '1 millisecond'
    FROM copies c JOIN intentions i ON i.workspace_id = ${workspaceId}::uuid AND i.id = c.old_id`;
}
