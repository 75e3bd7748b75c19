/** Where somebody goes who asked for nowhere, or for a place we do not send people to. */
export const DEFAULT_RETURN_PATH = '/';

const MAX_LENGTH = 512;

/** Printable ASCII without the backslash, which browsers read as a slash (WHATWG URL, "special" schemes). */
const PLAIN = /^\/[!-[\]-~]*$/;

/** A slash, a backslash, a dot, a control character or a percent sign that hides behind an escape. */
const HIDDEN = /%(2f|5c|2e|25|[01][0-9a-f]|7f)/i;

/**
 * The path on this site to come back to after a sign-in, exactly as it was given; the default for whatever a browser
 * could read as another site: `//host`, `/\host`, `scheme:…`, control characters, and the same in escapes.
 */
export function checkReturnPath(value: string | undefined): string {
  if (value === undefined || value.length > MAX_LENGTH || !PLAIN.test(value)) return DEFAULT_RETURN_PATH;
  const [path = ''] = value.split(/[?#]/, 1);
  if (path.includes('//') || HIDDEN.test(path)) return DEFAULT_RETURN_PATH;
  // What is left must mean the same to a URL parser as to a reader: `/./` and `/../` do not.
  const base = 'https://here.invalid';
  const { href } = new URL(value, base);
  return href === base + value ? value : DEFAULT_RETURN_PATH;
}
