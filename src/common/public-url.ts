import ipaddr from 'ipaddr.js';

/** Names that mean this machine or its network, whatever a resolver says (RFC 6761, 6762, 8375). */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|localdomain|home\.arpa|intranet|lan)$/;

/**
 * Why an address a tenant chose cannot lead to the public internet, in a sentence; undefined when the text alone does
 * not decide it. Whoever dials it must check the address dialled as well: a name may resolve to anything.
 */
export function whyNotPublic(value: string): string | undefined {
  if (/[\s\\]/.test(value) || !URL.canParse(value)) return 'is not an address such as https://example.com/path';
  const { protocol, hostname, username, password, port } = new URL(value);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://';
  if (username || password) return 'must not hold a user or password';
  if (port && port !== '80' && port !== '443') return 'must use port 80 or 443';
  const host = hostname.replace(/\.$/, '').toLowerCase();
  // The URL parser has turned every spelling of an IPv4 address into four decimals, and IPv6 stands in brackets.
  const literal = host.startsWith('[') ? host.slice(1, -1) : host;
  if (ipaddr.isValid(literal)) {
    return ipaddr.process(literal).range() === 'unicast' ? undefined : 'must be a public address';
  }
  if (!host.includes('.') || LOCAL_NAME.test(host)) return 'must be a public name';
  return undefined;
}
