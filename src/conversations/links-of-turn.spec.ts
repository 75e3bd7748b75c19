import { describe, expect, it } from 'vitest';
import { linksOfTurn } from './links-of-turn.js';

const FILE = 'https://cdn.example.com/tabela.pdf';
const agent = { behavior: '', jobDescription: null, jobSite: null };
const turn = { cause: 'MESSAGE' as const, instructions: null };
const contact = { phone: null, email: null, fields: null, summary: null };
const scene = { history: [], inbound: [], contact };
const line = (role: 'user' | 'assistant', text: string, content: unknown = null) => ({
  ...{ id: '1', role, author: 'CUSTOMER', type: 'TEXT', text, content },
});
const answered = { role: 'tool' as const, callId: 'c', name: 'find', result: { file: FILE } };
const asked = (args: Record<string, unknown>) => ({
  ...{ role: 'assistant' as const, text: '', toolCalls: [{ id: 'c', name: 'find', arguments: args }] },
});
const plain = { turn, scene, agent, learnt: [] };

describe('linksOfTurn', () => {
  it.each([
    { name: 'nobody named a link', input: plain, expected: [] },
    { name: 'the behaviour', input: { ...plain, agent: { ...agent, behavior: `Tabela: ${FILE}` } }, expected: [FILE] },
    { name: 'the description', input: { ...plain, agent: { ...agent, jobDescription: FILE } }, expected: [FILE] },
    { name: 'the site', input: { ...plain, agent: { ...agent, jobSite: FILE } }, expected: [FILE] },
    {
      name: 'the instructions of an idle action',
      input: { ...plain, turn: { cause: 'IDLE' as const, instructions: `Envie ${FILE}` } },
      expected: [FILE],
    },
    {
      name: 'not a reminder: a customer dictated it',
      input: { ...plain, turn: { cause: 'REMINDER' as const, instructions: `Envie ${FILE}` } },
      expected: [],
    },
    { name: 'a tool', input: { ...plain, learnt: [asked({}), answered] }, expected: [FILE] },
    {
      name: 'not what the model asked with',
      input: { ...plain, learnt: [asked({ q: FILE }), answered] },
      expected: [],
    },
    {
      name: 'not what the customer writes now',
      input: { ...plain, scene: { ...scene, inbound: [line('user', FILE)] }, learnt: [answered] },
      expected: [],
    },
    {
      name: 'not what the customer wrote before, or quotes',
      input: {
        ...plain,
        scene: { ...scene, history: [line('user', 'isto', { quoted: { text: FILE } })] },
        learnt: [answered],
      },
      expected: [],
    },
    {
      name: 'not what is kept of the customer',
      input: { ...plain, scene: { ...scene, contact: { ...contact, fields: { site: FILE } } }, learnt: [answered] },
      expected: [],
    },
    {
      name: 'not a reminder that a tool repeats',
      input: { ...plain, turn: { cause: 'REMINDER' as const, instructions: FILE }, learnt: [answered] },
      expected: [],
    },
    {
      name: 'a tool, although we said it ourselves before',
      input: { ...plain, scene: { ...scene, history: [line('assistant', FILE)] }, learnt: [answered] },
      expected: [FILE],
    },
    {
      name: 'not what only we said before',
      input: { ...plain, scene: { ...scene, history: [line('assistant', FILE)] } },
      expected: [],
    },
  ])('$name', ({ input, expected }) => {
    expect([...linksOfTurn(input)]).toEqual(expected);
  });
});
