/** What is asked of one address. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Headers that tell nothing another host may not know; all others may be secrets of the first. */
const HARMLESS: readonly string[] = ['accept', 'accept-language', 'content-type', 'range'];

/** What belongs to the connection or to us, whatever a tenant writes (RFC 9110, 7.6.1). */
const OURS =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|user-agent|accept-encoding)$/;

/** The headers that may be sent on, by their names in lower case. */
export function keepHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(lower.filter(([name]) => !OURS.test(name)));
}

/**
 * Where an answer sends us on (RFC 9110, 15.4): null when it is the last one or names no place. 307 and 308 repeat what
 * was asked, the others fetch; another origin gets no header that may hold a secret.
 */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | null {
  if (!REDIRECTS.includes(status) || !location || !URL.canParse(location, hop.url.href)) return null;
  const url = new URL(location, hop.url);
  const isRepeated = status === 307 || status === 308 || hop.method === 'GET' || hop.method === 'HEAD';
  const names = Object.keys(hop.headers).filter(
    (name) =>
      (url.origin === hop.url.origin || HARMLESS.includes(name)) && (isRepeated || !name.startsWith('content-')),
  );
  const headers = Object.fromEntries(names.map((name) => [name, hop.headers[name]!]));
  return isRepeated ? { ...hop, url, headers } : { url, method: 'GET', headers, body: null };
}
