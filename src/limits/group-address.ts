import ipaddr from 'ipaddr.js';

/**
 * What an address is counted as: itself, but IPv6 by its /64, which is the least a provider gives one customer (RFC
 * 6177) and holds more addresses than anybody can count.
 */
export function groupAddress(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
