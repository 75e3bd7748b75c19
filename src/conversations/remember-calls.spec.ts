import { describe, expect, it } from 'vitest';
import { rememberCalls } from './remember-calls.js';

const old = { role: 'assistant' as const, text: 'Pronto.' };
const now = { role: 'user' as const, text: 'e o meu pedido?' };
const call = { callId: 't_1', name: 'place_order', arguments: { item: 'bolo' }, answer: { order: 7 } };

describe('rememberCalls', () => {
  it.each([
    { name: 'nothing was called', input: [], expected: [old, now] },
    {
      name: 'something was called',
      input: [call],
      expected: [
        old,
        { role: 'assistant', text: '', toolCalls: [{ id: 't_1', name: 'place_order', arguments: { item: 'bolo' } }] },
        { role: 'tool', callId: 't_1', name: 'place_order', result: { order: 7 } },
        now,
      ],
    },
  ])('$name', ({ input, expected }) => {
    expect(rememberCalls([old, now], input)).toEqual(expected);
  });
});
