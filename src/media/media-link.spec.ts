import { describe, expect, it } from 'vitest';
import { describeDisposition, linkKey, readLink, writeLink } from './media-link.js';

const KEY = linkKey('a secret');
const FILE = '0192f0a1-0000-7000-8000-000000000001/0192f0a1-0000-7000-8000-000000000002';
const NOW = Date.UTC(2026, 10, 1);
const token = writeLink(KEY, FILE, NOW + 1_000);
const [words, signature] = token.split('.') as [string, string];
const resigned = (storageKey: string) => writeLink(KEY, storageKey, NOW + 1_000);

describe('readLink', () => {
  const cases: { name: string; input: [string, number]; expected: string | undefined }[] = [
    { name: 'a good one', input: [token, NOW], expected: FILE },
    { name: 'one that is over', input: [token, NOW + 1_000], expected: undefined },
    {
      name: 'one with a later end',
      input: [`${Buffer.from(`${FILE}/${NOW + 9e9}`).toString('base64url')}.${signature}`, NOW],
      expected: undefined,
    },
    {
      name: 'one of another installation',
      input: [writeLink(linkKey('other'), FILE, NOW + 1_000), NOW],
      expected: undefined,
    },
    { name: 'one without a signature', input: [words, NOW], expected: undefined },
    { name: 'one with an empty signature', input: [`${words}.`, NOW], expected: undefined },
    { name: 'one with more', input: [`${token}.x`, NOW], expected: undefined },
    { name: 'one that was signed for a path', input: [resigned('../../etc/passwd'), NOW], expected: undefined },
    { name: 'nothing', input: ['', NOW], expected: undefined },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(readLink(KEY, ...input)).toBe(expected);
  });
});

describe('describeDisposition', () => {
  const cases: { name: string; input: [string, string | null]; expected: string }[] = [
    { name: 'a photo', input: ['image/jpeg', null], expected: 'inline' },
    { name: 'a drawing with scripts', input: ['image/svg+xml', null], expected: 'attachment' },
    { name: 'a page', input: ['text/html', null], expected: 'attachment' },
    {
      name: 'a document',
      input: ['application/pdf', 'orçamento 1.pdf'],
      expected: `attachment; filename="or_amento 1.pdf"; filename*=UTF-8''or%C3%A7amento%201.pdf`,
    },
    {
      name: 'a way up, a quotation mark and a line feed',
      input: ['text/plain', '../..\\x"\r\nset-cookie: a'],
      expected: `attachment; filename=".._.._x_set-cookie: a"; filename*=UTF-8''.._.._x%22set-cookie%3A%20a`,
    },
    {
      name: 'a name that reads backwards',
      input: ['application/octet-stream', 'a\u202Egnp.exe'],
      expected: `attachment; filename="agnp.exe"; filename*=UTF-8''agnp.exe`,
    },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(describeDisposition(...input)).toBe(expected);
  });
});
