import { describe, expect, it } from 'vitest';
import { judgeHours } from './judge-hours.js';

const week = [{ dayWeek: 1, active: true, hours: [{ start: '08:00', end: '12:00' }] }];
const agent = { workingHours: week, outOfHoursMessage: ' Voltamos às 8h. ', businessTimezone: 'America/Sao_Paulo' };
const night = '2026-03-02T03:00:00Z';

describe('judgeHours', () => {
  it.each([
    {
      name: 'closed: the text, and when it opens',
      input: { agent, at: night },
      expected: { open: false, text: 'Voltamos às 8h.', until: '2026-03-02T11:00:00.000Z' },
    },
    { name: 'open', input: { agent, at: '2026-03-02T12:00:00Z' }, expected: { open: true } },
    { name: 'no hours', input: { agent: { ...agent, workingHours: null }, at: night }, expected: { open: true } },
    { name: 'no text', input: { agent: { ...agent, outOfHoursMessage: null }, at: night }, expected: { open: true } },
    {
      name: 'a blank text',
      input: { agent: { ...agent, outOfHoursMessage: ' ' }, at: night },
      expected: { open: true },
    },
    {
      name: 'a week that never opens',
      input: { agent: { ...agent, workingHours: [] }, at: night },
      expected: { open: false, text: 'Voltamos às 8h.', until: 'never' },
    },
  ])('$name', ({ input, expected }) => {
    expect(judgeHours(input.agent, new Date(input.at))).toEqual(expected);
  });
});
