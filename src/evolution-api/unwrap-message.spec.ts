import { describe, expect, it } from 'vitest';
import { unwrapMessage } from './unwrap-message.js';

const text = { conversation: 'oi' };
const wrap = (message: unknown) => ({ messageContextInfo: {}, ephemeralMessage: { message } });

describe('unwrapMessage', () => {
  const cases = [
    { name: 'bare', input: text, expected: text },
    { name: 'one envelope', input: wrap(text), expected: text },
    { name: 'two kinds of envelope', input: { viewOnceMessageV2: { message: wrap(text) } }, expected: text },
    { name: 'a sixth envelope stays', input: wrap(wrap(wrap(wrap(wrap(wrap(text)))))), expected: wrap(text) },
    { name: 'an envelope without content stays', input: { ephemeralMessage: {} }, expected: { ephemeralMessage: {} } },
    { name: 'no object', input: [text], expected: null },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(unwrapMessage(input)).toEqual(expected);
  });
});
