import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInboundEvents } from './inbound-event.js';

const FIXTURES = new URL('../../test/fixtures/evolution/', import.meta.url);
const AT = 1_793_520_000_000;
const NOW = AT + 60_000;
const LIA = '5521966661234@s.whatsapp.net';

/** Recorded shapes, one a file, each with what is to be read from it beside it. */
const SHAPES = readdirSync(FIXTURES).filter((name) => !name.endsWith('.expected.json'));
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));

describe('parseInboundEvents', () => {
  it.each(SHAPES)('reads the shape %s', (name) => {
    const expected = read(name.replace(/\.json$/, '.expected.json'));
    expect(JSON.parse(JSON.stringify(parseInboundEvents(read(name), NOW)))).toEqual(expected);
  });

  const frame = (data: unknown, event = 'messages.upsert') => ({
    event,
    instance: 'x',
    data,
    sender: '5521977770000@s.whatsapp.net',
  });
  const key = { remoteJid: LIA, fromMe: false, id: 'A1' };
  const cases: { name: string; input: unknown; expected: object[] }[] = [
    { name: 'no object', input: 'hello', expected: [{ kind: 'unreadable', event: '' }] },
    { name: 'no event', input: { data: {} }, expected: [{ kind: 'unreadable' }] },
    {
      name: 'an event of the future',
      input: frame({}, 'stars.aligned'),
      expected: [{ kind: 'ignored', event: 'STARS_ALIGNED', reason: 'unused_event' }],
    },
    { name: 'a prototype key as event', input: frame({}, 'constructor'), expected: [{ kind: 'ignored' }] },
    {
      name: 'an event in kebab case',
      input: frame({ key, message: { conversation: 'a' } }, 'messages-upsert'),
      expected: [{ kind: 'message' }],
    },
    { name: 'no data', input: frame(null), expected: [{ kind: 'unreadable', problem: 'data is no object' }] },
    { name: 'an empty batch', input: frame([]), expected: [{ kind: 'ignored', reason: 'empty' }] },
    {
      name: 'no key',
      input: frame({ message: { conversation: 'a' } }),
      expected: [{ kind: 'unreadable', problem: 'no key' }],
    },
    { name: 'a message of a wrong type', input: frame({ key, message: 'a' }), expected: [{ kind: 'unreadable' }] },
    { name: 'no message', input: frame({ key }), expected: [{ kind: 'ignored', reason: 'empty' }] },
    {
      name: 'our own number as the partner',
      input: frame({ key: { ...key, remoteJid: '5521977770000@s.whatsapp.net' }, message: { conversation: 'a' } }),
      expected: [{ kind: 'ignored', reason: 'own_number' }],
    },
    {
      name: 'NUL and lone surrogates',
      input: frame({ key, message: { conversation: 'a\u0000b\ud83d' } }),
      expected: [{ kind: 'message', text: 'ab\ufffd' }],
    },
    {
      name: 'an absurd time',
      input: frame({ key, message: { conversation: 'a' }, messageTimestamp: 12 }),
      expected: [{ kind: 'message', sentAtMs: NOW }],
    },
    {
      name: 'one bad frame in a batch',
      input: frame([{ key }, {}, { key, message: { conversation: 'a' } }]),
      expected: [{ kind: 'ignored' }, { kind: 'unreadable' }, { kind: 'message' }],
    },
    {
      name: 'a numbered status',
      input: frame({ keyId: 'A', status: 3, fromMe: true }, 'messages.update'),
      expected: [{ kind: 'status', status: 'DELIVERED' }],
    },
    {
      name: 'an edit among the statuses',
      input: frame({ keyId: 'A', message: {} }, 'messages.update'),
      expected: [{ kind: 'ignored', reason: 'edit' }],
    },
    {
      name: 'a deletion among the statuses',
      input: frame({ keyId: 'A', status: 'DELETED' }, 'messages.update'),
      expected: [{ kind: 'ignored', reason: 'deleted' }],
    },
    {
      name: 'a status of the future',
      input: frame({ keyId: 'A', status: 'SEEN_TWICE' }, 'messages.update'),
      expected: [{ kind: 'ignored', reason: 'unknown_status' }],
    },
    {
      name: 'a status without id',
      input: frame({ status: 'READ' }, 'messages.update'),
      expected: [{ kind: 'unreadable' }],
    },
    {
      name: 'an unknown state',
      input: frame({ state: 'dancing' }, 'connection.update'),
      expected: [{ kind: 'unreadable' }],
    },
    { name: 'a code that is none', input: frame({ qrcode: 7 }, 'qrcode.updated'), expected: [{ kind: 'unreadable' }] },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(parseInboundEvents(input, NOW)).toMatchObject(expected);
  });

  it('survives nesting that would overflow a recursive reader', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 10_000; i++)
      deep = { ephemeralMessage: { message: deep }, contextInfo: { quotedMessage: deep } };
    expect(parseInboundEvents(frame({ key, message: deep, contextInfo: deep }), NOW)).toHaveLength(1);
  });

  it('never throws, and lets no NUL or lone surrogate through', () => {
    const nasty = fc.oneof(fc.constantFrom('\u0000', 'a\u0000', '\ud800', '\udc00x', '__proto__', LIA), fc.string());
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, nasty, fc.jsonValue({ maxDepth: 2 }), tie('object')),
      object: fc.dictionary(
        fc.constantFrom(
          'key',
          'id',
          'remoteJid',
          'message',
          'conversation',
          'imageMessage',
          'caption',
          'contextInfo',
          'stanzaId',
          'pushName',
          'pollCreationMessage',
          'options',
          'contactsArrayMessage',
          'contacts',
          'qrcode',
          'code',
          'keyId',
          'status',
          'state',
          'contactMessage',
          'displayName',
          'reactionMessage',
          'text',
          'protocolMessage',
          'type',
          'editedMessage',
          'liveLocationMessage',
          'mentionedJid',
          'participant',
          'from',
          'chatId',
          'date',
          '__proto__',
        ),
        tie('any'),
      ),
    }));
    const event = fc.constantFrom(
      'messages.upsert',
      'send.message',
      'messages.update',
      'messages.edited',
      'messages.delete',
      'call',
      'connection.update',
      'qrcode.updated',
      'a\u0000',
    );
    // Half of the frames have a usable key, or few would get beyond it.
    const data = fc
      .tuple(value.any, value.object, nasty)
      .map(([any, object, id]) => [any, { key: { ...key, id }, message: object }, object]);
    fc.assert(
      fc.property(event, data, (name, frames) => {
        const events = parseInboundEvents(frame(frames, name), NOW);
        expect(JSON.stringify(events)).not.toMatch(/\\u0000|\\ud[89a-f][0-9a-f]{2}/i);
      }),
    );
    fc.assert(fc.property(fc.jsonValue(), (body) => parseInboundEvents(body, NOW).length > 0));
  });
});
