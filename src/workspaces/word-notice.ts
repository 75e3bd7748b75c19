import type { Language } from '../common/language.js';
import { translate } from '../common/sentences.js';

/** What each kind of notice says; its ids name what it is about. */
const SENTENCES: Readonly<Record<string, { readonly message: string }>> = {
  'chat.needs_person': { message: 'A customer waits for a person' },
  'chat.loop': { message: 'Another machine seems to write in this chat; the agent has stopped' },
  'chat.daily_limit': { message: 'This chat has reached the daily limit of messages' },
  'turn.failed': { message: 'The agent could not answer a customer' },
  'channel.closed': { message: 'A WhatsApp number is not connected any more' },
  'channel.deaf': { message: 'A WhatsApp number is connected but reports nothing' },
  'channel.sends_stuck': { message: 'Messages of a WhatsApp number do not leave' },
  'channel.paused': { message: 'A WhatsApp number begins no conversations for a while' },
  'hook.dead': { message: 'An event could not be delivered to your address' },
  'part.delivery_unknown': { message: 'Nobody knows whether a message arrived; check the chat' },
  'part.surplus_echo': { message: 'A message was sent more often than it should have been' },
};
const OTHER = { message: 'Something needs your attention' };

/** A notice's sentence in the reader's language; a kind of another version gets a general one. */
export function wordNotice(kind: string, language: Language): string {
  const { message } = (Object.hasOwn(SENTENCES, kind) && SENTENCES[kind]) || OTHER;
  return translate(message, language);
}
