import { whyNotPublic } from '../common/public-url.js';

/** A place that a declared field's value takes at the call. Bounded, so that no text makes it slow. */
const PLACEHOLDER = /\{\{ {0,4}[\w.]{1,64} {0,4}\}\}/g;

/** A host that stands there in full. Fewer or more slashes read as two, so whatever followed them would be the host. */
const FIXED_HOST = /^https?:\/\/[^/?#\\{}]+(?:[/?#]|$)/i;

/**
 * Why an address with `{{field}}` placeholders may not be called, in a sentence; undefined when its text allows it.
 * The author fixes scheme, host and port: what a customer says never decides where a request goes.
 */
export function whyNotUrlTemplate(value: string): string | undefined {
  if (value.includes('{{') && !FIXED_HOST.test(value)) return 'may hold placeholders after its host only';
  const filled = value.replace(PLACEHOLDER, 'x');
  if (filled.includes('{{') || filled.includes('}}')) return 'has a placeholder that is not written as {{field}}';
  return whyNotPublic(filled);
}
