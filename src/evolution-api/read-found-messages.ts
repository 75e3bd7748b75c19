import { describeContent, type MessageType } from './describe-content.js';
import { isPhone } from './is-phone.js';
import { readIdentity } from './read-identity.js';
import { readObject, readSentAt } from './read-scalar.js';

/** One stored message as `findMessages` reports it. */
export interface FoundMessage {
  readonly providerId: string;
  readonly fromMe: boolean;
  readonly aliases: readonly string[];
  readonly type: MessageType;
  readonly text: string;
  readonly sentAtMs: number;
  /** From a phone's own app; what a program or WhatsApp Web sent is not told apart. */
  readonly isTypedByHand: boolean;
}

/** The rows of a `findMessages` answer that can be read; null when the answer has no list of rows at all. */
export function readFoundMessages(body: unknown, nowMs: number): FoundMessage[] | null {
  const answer = readObject(body);
  const records = readObject(answer?.['messages'])?.['records'] ?? answer?.['records'] ?? body;
  if (!Array.isArray(records)) return null;
  return records.flatMap((row): FoundMessage[] => {
    const frame = readObject(row);
    const identity = readIdentity(frame?.['key'], null);
    if (!frame || typeof identity === 'string' || 'problem' in identity) return [];
    const content = describeContent(frame);
    if ('ignored' in content) return [];
    const { providerId, fromMe, aliases } = identity;
    const { type, text } = content;
    const sentAtMs = readSentAt(frame['messageTimestamp'], nowMs);
    return [{ providerId, fromMe, aliases, type, text, sentAtMs, isTypedByHand: fromMe && isPhone(frame['source']) }];
  });
}
