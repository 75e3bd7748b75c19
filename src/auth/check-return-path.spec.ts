import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkReturnPath, DEFAULT_RETURN_PATH } from './check-return-path.js';

describe('checkReturnPath', () => {
  it.each(['/', '/chats', '/chats/42?tab=open&query=a%20b', '/chats#last', '/invite/abc-_.~', '/chats?next=%2Fagents'])(
    'keeps %s',
    (input) => {
      expect(checkReturnPath(input)).toBe(input);
    },
  );

  it.each([
    { name: 'nothing', input: undefined },
    { name: 'an empty text', input: '' },
    { name: 'two slashes', input: '//evil.example' },
    { name: 'three slashes', input: '///evil.example' },
    { name: 'two slashes further on', input: '/chats//evil.example' },
    { name: 'a backslash', input: '/\\evil.example' },
    { name: 'a backslash first', input: '\\/evil.example' },
    { name: 'a backslash further on', input: '/chats\\..\\..\\evil' },
    { name: 'a scheme', input: 'https://evil.example' },
    { name: 'a scheme without slashes', input: 'https:evil.example' },
    { name: 'a script', input: 'javascript:alert(1)' },
    { name: 'a relative path', input: 'evil.example' },
    { name: 'an authority', input: '@evil.example' },
    { name: 'a tab', input: '/\t/evil.example' },
    { name: 'a line end', input: '/chats\r\nSet-Cookie: a=b' },
    { name: 'a NUL', input: '/\0/evil.example' },
    { name: 'a space first', input: ' //evil.example' },
    { name: 'DEL', input: '/\x7f/evil.example' },
    { name: 'an escaped slash', input: '/%2Fevil.example' },
    { name: 'all of it escaped', input: '%2F%2Fevil.example' },
    { name: 'an escaped backslash', input: '/%5cevil.example' },
    { name: 'an escaped tab', input: '/%09/evil.example' },
    { name: 'an escaped line end', input: '/%0d%0aSet-Cookie:%20a=b' },
    { name: 'an escape in an escape', input: '/%252Fevil.example' },
    { name: 'a dot segment before slashes', input: '/.//evil.example' },
    { name: 'a way up', input: '/../evil' },
    { name: 'an escaped way up', input: '/chats/%2e%2e/evil' },
    { name: 'letters beyond ASCII', input: '/\uff0fevil.example' },
    { name: 'a text without end', input: `/${'a'.repeat(512)}` },
  ])('sends home: $name', ({ input }) => {
    expect(checkReturnPath(input)).toBe(DEFAULT_RETURN_PATH);
  });

  it('never leaves the site, whatever it is given and however often it is decoded', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '%2f',
      '%5c',
      '%252f',
      '.',
      ':',
      '@',
      'evil.example',
      'https',
      '\t',
      '?',
      '#',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = checkReturnPath(pieces.join(''));
        const [plain = ''] = path.split(/[?#]/, 1);
        for (const form of [path, decodeURIComponent(plain), decodeURIComponent(decodeURIComponent(plain))])
          expect(new URL(form, 'https://here.invalid').origin).toBe('https://here.invalid');
      }),
    );
  });
});
