import { describe, expect, it } from 'vitest';
import { whyNotPublic } from './public-url.js';

const PUBLIC = [
  'https://example.com',
  'http://example.com:80/a?b=c#d',
  'https://93.184.216.34/',
  'https://xn--bcher-kva.example/',
  'https://[2606:2800:220:1:248:1893:25c8:1946]/',
];

/** The forms of reliability.md 5.2 that the text alone decides. */
const NOT_PUBLIC = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://0/',
  'http://0.0.0.0/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://017700000001/',
  'http://0177.0.0.1/',
  'http://127.0.0.1./',
  'http://localhost/',
  'http://localhost./',
  'http://LOCALHOST/',
  'http://foo.localhost/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[fe80::1%25eth0]/',
  'http://[fd00:ec2::254]/',
  'http://169.254.169.254/latest/meta-data',
  'http://100.100.100.200/',
  'http://metadata.google.internal/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://192.0.0.8/',
  'http://198.18.0.1/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://public@127.0.0.1/',
  'http://127.0.0.1#@public/',
  'http://public\\@127.0.0.1',
  'http://exa\tmple.com/',
  'http://１２７.０.０.１/',
  'https://user:secret@example.com/',
  'https://example.com:22/',
  'https://example.com:8080/',
  'file:///etc/passwd',
  'gopher://example.com/',
  'ftp://example.com/',
  'data:text/html,x',
  'javascript:alert(1)',
  'ws://example.com/',
  'example.com',
  '',
];

describe('whyNotPublic', () => {
  it.each(PUBLIC)('lets %s pass', (input) => {
    expect(whyNotPublic(input)).toBeUndefined();
  });

  it.each(NOT_PUBLIC)('refuses %s', (input) => {
    expect(whyNotPublic(input)).toEqual(expect.any(String));
  });
});
