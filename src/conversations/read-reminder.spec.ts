import { describe, expect, it } from 'vitest';
import { readReminder } from './read-reminder.js';

const now = new Date('2026-03-02T12:00:00Z');

describe('readReminder', () => {
  it.each([
    {
      name: 'a local time',
      input: { at: '2026-03-02T09:30', text: ' pagar o bolo ' },
      expected: { dueInMs: 1_800_000, at: '2026-03-02T12:30:00.000Z', text: 'pagar o bolo' },
    },
    {
      name: 'the past',
      input: { at: '2026-03-02T09:00', text: 'x' },
      expected: { problem: expect.stringContaining('passed') },
    },
    {
      name: 'too far',
      input: { at: '2028-01-01T09:00', text: 'x' },
      expected: { problem: expect.stringContaining('year') },
    },
    { name: 'no time', input: { at: 'amanhã', text: 'x' }, expected: { problem: expect.stringContaining('"at"') } },
    {
      name: 'a time with an offset',
      input: { at: '2026-03-02T09:30Z', text: 'x' },
      expected: { problem: expect.stringContaining('"at"') },
    },
    {
      name: 'no words',
      input: { at: '2026-03-02T09:30', text: ' ' },
      expected: { problem: expect.stringContaining('"text"') },
    },
    { name: 'nothing', input: null, expected: { problem: expect.any(String) } },
  ])('$name', ({ input, expected }) => {
    expect(readReminder(input, 'America/Sao_Paulo', now)).toEqual(expected);
  });
});
