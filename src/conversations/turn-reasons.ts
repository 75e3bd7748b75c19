/** Why a turn ended without an answer, or without all of it: a sentence for each, in English; `translate` has the others. */
const REASONS: Readonly<Record<string, string>> = {
  human: 'A person has this chat, so the agent stays silent.',
  agent_off: 'The agent is switched off.',
  nothing_to_answer: 'What the customer had written was deleted.',
  workspace_suspended: 'The workspace is suspended.',
  workspace_deleted: 'The workspace is deleted.',
  chat_gone: 'The chat or its agent was deleted meanwhile.',
  history_deleted: 'Somebody deleted what was said in this chat.',
  canceled: 'The message was taken back before it left.',
  private_off: 'The channel does not answer private chats.',
  not_addressed: 'Nobody in the group mentioned this number or answered one of its messages.',
  group_ignored: 'The channel does not answer in groups.',
  unsupported: 'There was nothing in it that could be answered.',
  stale: 'The messages were old when they arrived.',
  not_triggered: 'The customer has not said the word that starts the agent.',
  end_trigger: 'The customer ended the service with its word.',
  wants_person: 'The customer asked for a person.',
  loop_guard: 'Another machine seems to write here, so a person was asked to look.',
  daily_limit: 'The agent has said as much in this chat today as it may.',
  out_of_hours: 'It is outside working hours, and the customer was told.',
  customer_wrote: 'The customer wrote first, so there was no need to ask.',
  model_said_nothing: 'The model gave an empty answer; the chat was handed to a person.',
  turn_limit: 'The answer would have taken more than the agent may; the chat was handed to a person.',
  internal_error: 'Something went wrong inside the engine; the chat was handed to a person.',
  delivery_unknown: 'Nobody knows whether the message arrived; look at the chat and send it again if it did not.',
};
const MODEL = 'The model could not be used; the chat was handed to a person.';
const OTHER = 'The message could not be sent.';

/** The sentence for a turn's reason; null where there is none because it was answered. */
export function explainReason(reason: string | null): string | null {
  if (reason === null) return null;
  if (reason.startsWith('model_') && !Object.hasOwn(REASONS, reason)) return MODEL;
  return Object.hasOwn(REASONS, reason) ? REASONS[reason]! : OTHER;
}

/** Every sentence there is, for translation. */
export const REASON_SENTENCES: readonly string[] = [...Object.values(REASONS), MODEL, OTHER];
