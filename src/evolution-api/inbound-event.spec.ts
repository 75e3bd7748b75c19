import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InboundEvent, parseInboundEvents } from './inbound-event.js';

const FIXTURES = new URL('../../test/fixtures/evolution/', import.meta.url);
const AT = 1_793_520_000_000;
const NOW = AT + 60_000;
const LIA = '5521966661234@s.whatsapp.net';

function parse(name: string): InboundEvent[] {
  return parseInboundEvents(JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8')), NOW);
}

describe('parseInboundEvents', () => {
  const fixtures: Record<string, object[]> = {
    text: [
      {
        kind: 'message',
        event: 'MESSAGES_UPSERT',
        instance: 'padaria',
        providerId: '3A77C0FFEE0001',
        fromMe: false,
        scope: 'private',
        aliases: [LIA],
        address: LIA,
        phone: '5521966661234',
        pushName: 'Lia',
        type: 'TEXT',
        text: 'Vocês abrem domingo?',
        content: null,
        sentAtMs: AT,
      },
    ],
    'text-reply': [
      { type: 'TEXT', text: 'a primeira', content: { quoted: { id: '3EB0AABBCC', text: 'Qual das duas?' } } },
    ],
    'text-lid': [{ aliases: [LIA, '778899001122334@lid'], address: LIA, phone: '5521966661234' }],
    'text-group': [
      { scope: 'group', aliases: ['120363111122223333@g.us'], address: '120363111122223333@g.us', phone: null },
    ],
    'text-ephemeral': [{ type: 'TEXT', text: 'some depois', content: { quoted: { id: '3EB0DD', text: 'bolo' } } }],
    'from-phone': [{ kind: 'message', fromMe: true, aliases: [LIA], pushName: null, sentAtMs: AT }],
    image: [
      {
        type: 'IMAGE',
        text: 'este bolo',
        content: { mimetype: 'image/jpeg', bytes: 84_000, width: 960, height: 1280 },
      },
    ],
    voice: [
      {
        type: 'AUDIO',
        text: '',
        content: { mimetype: 'audio/ogg; codecs=opus', seconds: 7, ptt: true, bytes: 15_120 },
        sentAtMs: AT,
      },
    ],
    document: [
      {
        type: 'DOCUMENT',
        text: 'segue',
        content: { mimetype: 'application/pdf', fileName: 'cardapio.pdf', pages: 3, bytes: 220_114 },
      },
    ],
    location: [{ type: 'LOCATION', text: 'Largo, Centro (-22.9, -43.2)' }],
    contact: [{ type: 'CONTACT', text: 'Rui (+5521955554321)' }],
    'list-reply': [{ type: 'TEXT', text: 'Bolo de milho', content: { choiceId: 'milho' } }],
    poll: [{ type: 'OTHER', text: 'Quando?\n- Manhã\n- Tarde' }],
    reaction: [{ kind: 'ignored', reason: 'reaction' }],
    edited: [{ kind: 'ignored', reason: 'edit' }],
    echo: [
      {
        kind: 'echo',
        providerId: '3EB0F00D01',
        fromMe: true,
        address: LIA,
        text: 'Sim, das 8h às 12h.',
        sentAtMs: AT + 5000,
      },
    ],
    'status-delivered': [{ kind: 'status', providerId: '3EB0F00D01', fromMe: true, status: 'DELIVERED' }],
    'status-batch': [
      { kind: 'status', status: 'READ' },
      { kind: 'status', providerId: '3EB0F00D02', status: 'ERROR' },
    ],
    'connection-open': [
      {
        kind: 'connection',
        state: 'open',
        reason: 200,
        ownJid: '5521977770000@s.whatsapp.net',
        profileName: 'Padaria',
      },
    ],
    'connection-close': [{ kind: 'connection', state: 'close', reason: 401, ownJid: null }],
    qr: [{ kind: 'qr', code: '2@aW52ZW50ZWQ', pairingCode: null }],
    'qr-limit': [{ kind: 'qr', code: null }],
    logout: [{ kind: 'ignored', reason: 'unused_event' }],
    contacts: [{ kind: 'ignored', reason: 'unused_event' }],
  };
  it.each(Object.entries(fixtures))('reads the recorded shape %s', (name, expected) => {
    expect(parse(name)).toMatchObject(expected);
  });
  it('has an expectation for every shape', () => {
    expect(
      Object.keys(fixtures)
        .map((name) => `${name}.json`)
        .sort(),
    ).toEqual(readdirSync(FIXTURES).sort());
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
          '__proto__',
        ),
        tie('any'),
      ),
    }));
    const event = fc.constantFrom(
      'messages.upsert',
      'send.message',
      'messages.update',
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
