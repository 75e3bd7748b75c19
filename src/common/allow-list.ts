import ipaddr from 'ipaddr.js';

/** Whether the operator lets tenants reach a host (a name or an IP address) at a port although it is not public. */
export type AllowList = (host: string, port: number) => boolean;

export const NOTHING_ALLOWED: AllowList = () => false;

/** A name or a network, bracketed where it is IPv6 and a port follows; the port is optional with a network only. */
const ENTRY = /^(?:\[([^\]]+)\]|([^:/\s]+(?:\/\d+)?)|([0-9a-f:.]+(?:\/\d+)?))(?::(\d{1,5}))?$/i;

const NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/**
 * The operator's list: each entry is `name:port`, `address:port` or a network such as `10.1.0.0/16` or
 * `[fd00::/8]:8080`, which without a port means every port. @throws Error naming an entry that is none of these
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const rules = entries.map(parseEntry);
  return (host, port) => rules.some((rule) => rule(host, port));
}

function parseEntry(entry: string): AllowList {
  const [, bracketed, plain, ipv6, portText] = ENTRY.exec(entry) ?? [];
  const host = (bracketed ?? plain ?? ipv6)?.toLowerCase();
  const port = portText === undefined ? undefined : Number(portText);
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) throw notAnEntry(entry);
  const fits = (asked: number) => port === undefined || port === asked;
  if (ipaddr.isValidCIDR(host)) {
    const [network, bits] = ipaddr.parseCIDR(host);
    return (asked, askedPort) => fits(askedPort) && isWithin(asked, network, bits);
  }
  if (host.includes('/') || port === undefined) throw notAnEntry(entry);
  if (ipaddr.isValid(host)) {
    const address = ipaddr.process(host);
    return (asked, askedPort) => fits(askedPort) && isWithin(asked, address, address.kind() === 'ipv4' ? 32 : 128);
  }
  if (!NAME.test(host)) throw notAnEntry(entry);
  return (asked, askedPort) => fits(askedPort) && asked === host;
}

function isWithin(asked: string, network: ipaddr.IPv4 | ipaddr.IPv6, bits: number): boolean {
  if (!ipaddr.isValid(asked)) return false;
  const ip = ipaddr.process(asked);
  return ip.kind() === network.kind() && ip.match(network as never, bits);
}

const notAnEntry = (entry: string) => new Error(`has "${entry}", which is neither host:port nor a network`);
