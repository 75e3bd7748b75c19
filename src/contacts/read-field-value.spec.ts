import { expect, it } from 'vitest';
import { type FieldType, type GivenValue, readFieldValue } from './read-field-value.js';

const DAY = Date.parse('2026-11-25T00:00:00Z');
const NOON = Date.parse('2026-11-25T14:30:00Z');

it.each<{ name: string; type: FieldType; input: GivenValue; expected: unknown }>([
  { name: 'a text', type: 'STRING', input: ' VIP ', expected: ' VIP ' },
  { name: 'a text jsonb does not take', type: 'STRING', input: 'a\u0000b', expected: 'ab' },
  { name: 'a number for a text', type: 'STRING', input: 5, expected: undefined },
  { name: 'a text that is too long', type: 'STRING', input: 'x'.repeat(4_097), expected: undefined },
  { name: 'null', type: 'BOOLEAN', input: null, expected: null },
  { name: 'nothing given', type: 'NUMBER', input: undefined, expected: null },
  { name: 'an empty text', type: 'DATE', input: '', expected: null },
  { name: 'a day in words', type: 'DATE', input: '2026-11-25', expected: DAY },
  { name: 'a day in ms', type: 'DATE', input: DAY, expected: DAY },
  { name: 'an instant for a day', type: 'DATE', input: NOON, expected: DAY },
  { name: 'a day before 1970', type: 'DATE', input: -1, expected: -86_400_000 },
  { name: 'a day that is not', type: 'DATE', input: '2026-02-31', expected: undefined },
  { name: 'a day as people write it', type: 'DATE', input: '25/11/2026', expected: undefined },
  { name: 'half a millisecond', type: 'DATE', input: 0.5, expected: undefined },
  { name: 'after the calendar', type: 'DATE', input: 8e15, expected: undefined },
  { name: 'an instant', type: 'DATE_TIME', input: '2026-11-25T14:30:00Z', expected: NOON },
  { name: 'an instant elsewhere', type: 'DATE_TIME', input: '2026-11-25T11:30:00-03:00', expected: NOON },
  { name: 'an instant without a zone', type: 'DATE_TIME', input: '2026-11-25T11:30:00', expected: undefined },
  { name: 'an hour that is not', type: 'DATE_TIME', input: '2026-11-25T25:00:00Z', expected: undefined },
  { name: 'a boolean for an instant', type: 'DATE_TIME', input: true, expected: undefined },
  { name: 'a number', type: 'NUMBER', input: -1.5, expected: -1.5 },
  { name: 'a number in quotes', type: 'NUMBER', input: '5', expected: undefined },
  { name: 'false', type: 'BOOLEAN', input: false, expected: false },
  { name: 'a boolean in quotes', type: 'BOOLEAN', input: 'true', expected: undefined },
  { name: 'an amount, kept to the last zero', type: 'MONEY', input: '1234.50', expected: '1234.50' },
  {
    name: 'an amount no binary number holds',
    type: 'MONEY',
    input: '999999999999999.99',
    expected: '999999999999999.99',
  },
  { name: 'an amount as a number', type: 'MONEY', input: 19.9, expected: '19.9' },
  { name: 'a debt', type: 'MONEY', input: '-3', expected: '-3' },
  { name: 'an amount with a comma', type: 'MONEY', input: '1.234,50', expected: undefined },
  { name: 'an amount with an exponent', type: 'MONEY', input: 1e21, expected: undefined },
  { name: 'a fifth decimal', type: 'MONEY', input: '0.00001', expected: undefined },
])('$type: $name', ({ type, input, expected }) => {
  const read = readFieldValue(type, input);
  if (expected === undefined) expect(read).toEqual({ problem: expect.stringContaining('must be') });
  else expect(read).toEqual({ value: expected });
});
