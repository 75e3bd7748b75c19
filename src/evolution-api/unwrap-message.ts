import { readObject } from './read-scalar.js';

/** Envelopes WhatsApp puts around the message a person sees. */
const WRAPPERS = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'editedMessage',
  'deviceSentMessage',
  'groupMentionedMessage',
  'associatedChildMessage',
  'lottieStickerMessage',
  'botInvokeMessage',
  'pollCreationMessageV4',
];
const MAX_WRAPPERS = 5;

/** The innermost message object after taking off at most five envelopes, or null when there is no object. */
export function unwrapMessage(message: unknown): Record<string, unknown> | null {
  let current = readObject(message);
  for (let i = 0; current && i < MAX_WRAPPERS; i++) {
    const outer: Record<string, unknown> = current;
    const wrapper = WRAPPERS.find((key) => readObject(readObject(outer[key])?.['message']));
    if (!wrapper) return current;
    current = readObject(readObject(outer[wrapper])?.['message']);
  }
  return current;
}
