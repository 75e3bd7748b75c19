import { expect, it } from 'vitest';
import { type IdleAction, mergeIdleActions, type StoredIdleAction } from './merge-idle-actions.js';

const step = { type: 'SEND_MESSAGE', instructions: 'Oi?', seconds: 60, allowAllHours: true } as const;
const day = { dayWeek: 1, active: true, hours: [{ start: '08:00', end: '12:00' }] };
const monday = { id: 'd', ...day, hours: [{ id: 'h', start: '08:00', end: '12:00' }] };
const week = { id: 'w', createdAt: 1, updatedAt: null, days: [monday] };
const always: StoredIdleAction = { id: 'a', ...step, workingHours: null };
const sometimes: StoredIdleAction = { id: 'b', ...step, allowAllHours: false, workingHours: week };
const half = { ...step, allowAllHours: false };

it.each<{ name: string; stored: StoredIdleAction[]; given: IdleAction[]; expected: StoredIdleAction[] }>([
  { name: 'a new one', stored: [], given: [step], expected: [{ id: 'n1', ...step, workingHours: null }] },
  { name: 'none', stored: [always], given: [], expected: [] },
  {
    name: 'a changed one keeps its id',
    stored: [always],
    given: [{ ...step, id: 'a', seconds: 90 }],
    expected: [{ ...always, seconds: 90 }],
  },
  {
    name: 'another order',
    stored: [always, sometimes],
    given: [
      { ...half, id: 'b', days: [day] },
      { ...step, id: 'a' },
    ],
    expected: [sometimes, always],
  },
  { name: 'an unknown id', stored: [], given: [{ ...step, id: 'x' }], expected: [{ ...always, id: 'n1' }] },
  {
    name: 'one id twice',
    stored: [always],
    given: [
      { ...step, id: 'a' },
      { ...step, id: 'a' },
    ],
    expected: [always, { ...always, id: 'n1' }],
  },
  {
    name: 'new hours',
    stored: [],
    given: [{ ...half, days: [day] }],
    expected: [
      {
        ...half,
        id: 'n4',
        workingHours: {
          id: 'n1',
          createdAt: 9,
          updatedAt: null,
          days: [{ ...day, id: 'n2', hours: [{ start: '08:00', end: '12:00', id: 'n3' }] }],
        },
      },
    ],
  },
  {
    name: 'other hours',
    stored: [sometimes],
    given: [{ ...half, id: 'b', days: [{ ...day, active: false }] }],
    expected: [
      {
        ...sometimes,
        workingHours: {
          ...week,
          updatedAt: 9,
          days: [{ ...day, active: false, id: 'n1', hours: [{ start: '08:00', end: '12:00', id: 'n2' }] }],
        },
      },
    ],
  },
  {
    name: 'all hours forget the week',
    stored: [sometimes],
    given: [{ ...step, id: 'b', days: [day] }],
    expected: [{ ...sometimes, allowAllHours: true, workingHours: null }],
  },
])('$name', ({ stored, given, expected }) => {
  let n = 0;
  expect(mergeIdleActions(stored, given, { now: 9, newId: () => `n${++n}` })).toEqual(expected);
});
