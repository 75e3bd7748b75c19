import { expect, it } from 'vitest';
import { groupAddress } from './group-address.js';

it.each([
  { name: 'IPv4', input: '203.0.113.7', expected: '203.0.113.7' },
  { name: 'IPv4 in IPv6', input: '::ffff:203.0.113.7', expected: '203.0.113.7' },
  { name: 'IPv6', input: '2001:db8:1:2:3:4:5:6', expected: '2001:db8:1:2::/64' },
  { name: 'its neighbour', input: '2001:db8:1:2::1', expected: '2001:db8:1:2::/64' },
  { name: 'another network', input: '2001:db8:1:3::1', expected: '2001:db8:1:3::/64' },
  { name: 'what is no address', input: 'unknown', expected: 'unknown' },
])('$name', ({ input, expected }) => {
  expect(groupAddress(input)).toBe(expected);
});
