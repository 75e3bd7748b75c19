import { describe, expect, it } from 'vitest';
import { stripThinking } from './strip-thinking.js';

describe('stripThinking', () => {
  const cases = [
    { name: 'no thinking', input: ' Hi, 1 < 2 ', expected: ' Hi, 1 < 2 ' },
    { name: 'one block', input: '<think>hmm\nhm</think>\n\nHi', expected: 'Hi' },
    { name: 'several blocks', input: '<think>a</think>Hi <THINK>b</THINK>there', expected: 'Hi there' },
    { name: 'a block without its beginning', input: 'so the answer is</think>Hi', expected: 'Hi' },
    { name: 'a block without its end', input: 'Hi<think>wait, no', expected: 'Hi' },
    { name: 'nothing but thinking', input: '<think>hmm</think>', expected: '' },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(stripThinking(input)).toBe(expected);
  });
});
