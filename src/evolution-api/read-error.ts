import { toStorableText } from '../common/storable-text.js';
import { readObject } from './read-scalar.js';

const MAX_ERROR_TEXT = 500;
const MAX_DEPTH = 5;

/**
 * One line of text from any of the gateway's error envelopes: a string, `response.message` as text, array, nested array
 * or list of objects, a bare `message` or `error`, or a proxy's HTML. At most 500 characters; '' when nothing was said.
 */
export function readErrorText(body: unknown): string {
  return toStorableText(collect(body, 0).replace(/\s+/g, ' ').trim(), MAX_ERROR_TEXT);
}

function collect(value: unknown, depth: number): string {
  if (typeof value === 'string') return value.slice(0, 4000).replace(/<[^<>]*>/g, ' ');
  if (depth >= MAX_DEPTH) return '';
  if (Array.isArray(value)) {
    return value
      .slice(0, 10)
      .map((item) => collect(item, depth + 1))
      .filter(Boolean)
      .join('; ');
  }
  const object = readObject(value);
  if (!object) return '';
  if (object['exists'] === false) return `${collect(object['number'] ?? object['jid'], depth + 1)} is not on WhatsApp`;
  if (typeof object['property'] === 'string') return `${object['property']}: ${collect(object['message'], depth + 1)}`;
  for (const name of ['response', 'message', 'error']) {
    const text = collect(object[name], depth + 1);
    if (text) return text;
  }
  return '';
}
