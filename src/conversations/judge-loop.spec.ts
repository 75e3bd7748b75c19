import { describe, expect, it } from 'vitest';
import { judgeLoop, type LoopLine } from './judge-loop.js';

/** Each exchange: the agent speaks, the customer writes `afterMs` later. */
const exchanges = (count: number, afterMs: number, text: (i: number) => string): LoopLine[] =>
  Array.from({ length: count }, (_, i): LoopLine[] => [
    { from: 'agent', text: 'Posso ajudar?', atMs: i * 60_000 },
    { from: 'customer', text: text(i), atMs: i * 60_000 + afterMs },
  ]).flat();
const other = (i: number) => `frase ${i}`;
const burst = Array.from({ length: 20 }, (_, i): LoopLine => ({ from: 'customer', text: other(i), atMs: i * 500 }));

describe('judgeLoop', () => {
  it.each([
    { name: 'eight quick answers', input: exchanges(8, 900, other), expected: true },
    { name: 'seven', input: exchanges(7, 900, other), expected: false },
    { name: 'eight slow ones', input: exchanges(8, 3_000, other), expected: false },
    {
      name: 'the same text again and again, slowly',
      input: exchanges(9, 30_000, () => 'Sou um robô.'),
      expected: true,
    },
    {
      name: 'a slow one between',
      input: [
        ...exchanges(5, 900, other),
        ...exchanges(1, 9_000, (i) => `a${i}`),
        ...exchanges(7, 900, (i) => `b${i}`),
      ],
      expected: false,
    },
    {
      name: 'a burst of a chatty person',
      input: [{ from: 'agent' as const, text: 'Oi', atMs: -9_000 }, ...burst],
      expected: false,
    },
    {
      name: 'a person of ours between',
      input: [
        ...exchanges(7, 900, other),
        { from: 'other' as const, text: 'oi', atMs: 0 },
        ...exchanges(1, 900, (i) => `c${i}`),
      ],
      expected: false,
    },
    {
      name: 'files without a text repeat nothing',
      input: Array.from({ length: 12 }, (_, i): LoopLine => ({ from: 'customer', text: '', atMs: i })),
      expected: false,
    },
    { name: 'nothing', input: [], expected: false },
  ])('$name', ({ input, expected }) => expect(judgeLoop(input)).toBe(expected));
});
