import { describe, expect, it } from 'vitest';
import { FORBIDDEN_ADDRESSES } from './forbidden-addresses.js';
import { whyNotPublic } from './public-url.js';

const PUBLIC = [
  'https://example.com',
  'http://example.com:80/a?b=c#d',
  'https://93.184.216.34/',
  'https://xn--bcher-kva.example/',
  'https://[2606:2800:220:1:248:1893:25c8:1946]/',
];

/** All of those, and what the text decides besides. */
const NOT_PUBLIC = [...FORBIDDEN_ADDRESSES, 'https://example.com:22/', 'https://example.com:8080/', 'example.com', ''];

describe('whyNotPublic', () => {
  it.each(PUBLIC)('lets %s pass', (input) => {
    expect(whyNotPublic(input)).toBeUndefined();
  });

  it.each(NOT_PUBLIC)('refuses %s', (input) => {
    expect(whyNotPublic(input)).toEqual(expect.any(String));
  });
});
