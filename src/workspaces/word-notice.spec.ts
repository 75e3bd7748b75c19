import { describe, expect, it } from 'vitest';
import { wordNotice } from './word-notice.js';

describe('wordNotice', () => {
  it.each([
    { name: 'English', input: ['chat.loop', 'en'], expected: /^Another machine/ },
    { name: 'Portuguese', input: ['chat.needs_person', 'pt'], expected: /^Um cliente espera/ },
    { name: 'Spanish', input: ['hook.dead', 'es'], expected: /^Un evento/ },
    { name: 'a kind of another version', input: ['moon.full', 'en'], expected: /attention/ },
    { name: 'a name every object has', input: ['constructor', 'pt'], expected: /atenção/ },
  ] as const)('$name', ({ input, expected }) => expect(wordNotice(input[0], input[1])).toMatch(expected));
});
