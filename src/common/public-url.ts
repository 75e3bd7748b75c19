import ipaddr from 'ipaddr.js';
import { type AllowList, NOTHING_ALLOWED } from './allow-list.js';

/** Names that mean this machine or its network, whatever a resolver says (RFC 6761, 6762, 8375). */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|localdomain|home\.arpa|intranet|lan)$/;

/** Addresses of clouds' own services that stand in a public range: Azure's virtual public address of the host. */
const INSIDE_CLOUDS: readonly string[] = ['168.63.129.16'];

/** All that is global unicast in IPv6 (RFC 4291, 2.4): the rest is special or nobody's, `::127.0.0.1` among it. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Why an address a tenant chose cannot lead to the public internet, in a sentence; undefined when the text alone does
 * not decide it, or the operator allows it. Whoever dials it must check the address dialled as well: a name may
 * resolve to anything.
 */
export function whyNotPublic(value: string, allows: AllowList = NOTHING_ALLOWED): string | undefined {
  if (/[\s\\]/.test(value) || !URL.canParse(value)) return 'is not an address such as https://example.com/path';
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://';
  if (url.username || url.password) return 'must not hold a user or password';
  const { host, port } = readTarget(url);
  if (allows(host, port)) return undefined;
  if (port !== 80 && port !== 443) return 'must use port 80 or 443';
  if (ipaddr.isValid(host)) return isPublicAddress(host) ? undefined : 'must be a public address';
  if (!host.includes('.') || LOCAL_NAME.test(host)) return 'must be a public name';
  return undefined;
}

/** Where a URL leads: an IP address without brackets or a name in lower case without a last dot, and its port. */
export function readTarget({ protocol, hostname, port }: URL): { host: string; port: number } {
  // The URL parser has turned every spelling of an IPv4 address into four decimals, and IPv6 stands in brackets.
  const host = hostname.replace(/\.$/, '').toLowerCase();
  return {
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    port: port ? Number(port) : protocol === 'http:' ? 80 : 443,
  };
}

/** Whether an IP address belongs to the public internet; an IPv4 address within IPv6 is taken for what it is. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  if (ip.range() !== 'unicast' || INSIDE_CLOUDS.includes(ip.toString())) return false;
  return ip.kind() === 'ipv4' || ip.match(GLOBAL_IPV6);
}
