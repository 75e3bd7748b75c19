import { describe, expect, it } from 'vitest';
import { parseAllowList } from './allow-list.js';

const CASES: { name: string; entries: string[]; host: string; port: number; expected: boolean }[] = [
  { name: 'nothing', entries: [], host: '10.0.0.1', port: 80, expected: false },
  { name: 'a name at its port', entries: ['erp.lan:8080'], host: 'erp.lan', port: 8080, expected: true },
  { name: 'a name in capitals', entries: ['ERP.lan:8080'], host: 'erp.lan', port: 8080, expected: true },
  { name: 'a name at another port', entries: ['erp.lan:8080'], host: 'erp.lan', port: 80, expected: false },
  { name: 'another name', entries: ['erp.lan:8080'], host: 'x.erp.lan', port: 8080, expected: false },
  { name: 'an address at its port', entries: ['127.0.0.1:9000'], host: '127.0.0.1', port: 9000, expected: true },
  { name: 'another address', entries: ['127.0.0.1:9000'], host: '127.0.0.2', port: 9000, expected: false },
  { name: 'an IPv6 address', entries: ['[::1]:9000'], host: '::1', port: 9000, expected: true },
  { name: 'an IPv4 address within IPv6', entries: ['127.0.0.1:80'], host: '::ffff:7f00:1', port: 80, expected: true },
  { name: 'a network', entries: ['10.1.0.0/16'], host: '10.1.2.3', port: 5432, expected: true },
  { name: 'outside the network', entries: ['10.1.0.0/16'], host: '10.2.0.1', port: 80, expected: false },
  { name: 'a network at its port', entries: ['10.1.0.0/16:443'], host: '10.1.2.3', port: 443, expected: true },
  { name: 'a network at another port', entries: ['10.1.0.0/16:443'], host: '10.1.2.3', port: 80, expected: false },
  { name: 'an IPv6 network', entries: ['fd00::/8'], host: 'fd12::1', port: 80, expected: true },
  { name: 'an IPv6 network at its port', entries: ['[fd00::/8]:80'], host: 'fd12::1', port: 443, expected: false },
  { name: 'a name against a network', entries: ['0.0.0.0/0'], host: 'example.com', port: 80, expected: false },
  { name: 'the second entry', entries: ['a.lan:1', 'b.lan:2'], host: 'b.lan', port: 2, expected: true },
];

describe('parseAllowList', () => {
  it.each(CASES)('$name: $expected', ({ entries, host, port, expected }) => {
    expect(parseAllowList(entries)(host, port)).toBe(expected);
  });

  it.each([
    'erp.lan',
    '10.0.0.1',
    '10.0.0.0/33',
    'erp.lan/8:80',
    'erp.lan:0',
    'erp.lan:70000',
    'a b:80',
    ':80',
    '*:80',
  ])('refuses %s', (entry) => {
    expect(() => parseAllowList([entry])).toThrow(`has "${entry}"`);
  });
});
