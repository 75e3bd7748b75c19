import { describe, expect, it } from 'vitest';
import { classifySend, type SendResult } from './classify-send.js';

const answer = (status: number, body: unknown = null, retryAfterMs: number | null = null): SendResult => ({
  status,
  body,
  retryAfterMs,
});
const error400 = (message: unknown) => answer(400, { status: 400, error: 'Bad Request', response: { message } });
const lost = (errorCode: string, bodyStarted: boolean): SendResult => ({ errorCode, bodyStarted });

describe('classifySend', () => {
  const cases = [
    {
      name: 'accepted',
      input: answer(201, { key: { id: '3EB01', remoteJid: '1@lid' } }),
      expected: { class: 'sent', providerId: '3EB01', remoteJid: '1@lid' },
    },
    {
      name: 'accepted without the address',
      input: answer(200, { key: { id: '3EB01' } }),
      expected: { class: 'sent', remoteJid: null },
    },
    { name: 'accepted, no id', input: answer(201, { key: {} }), expected: { class: 'unknown' } },
    { name: 'accepted, HTML', input: answer(200, '<html>hi</html>'), expected: { class: 'unknown' } },
    {
      name: 'accepted by the gateway, refused by Meta',
      input: answer(201, { message: '(#131030) not allowed', type: 'OAuthException', code: 131_030, fbtrace_id: 'x' }),
      expected: { class: 'failed' },
    },
    { name: 'connection refused', input: lost('ECONNREFUSED', false), expected: { class: 'not_sent', hold: false } },
    { name: 'no such host', input: lost('ENOTFOUND', false), expected: { class: 'not_sent' } },
    { name: 'connect timeout', input: lost('UND_ERR_CONNECT_TIMEOUT', false), expected: { class: 'not_sent' } },
    { name: 'TLS failure', input: lost('DEPTH_ZERO_SELF_SIGNED_CERT', false), expected: { class: 'not_sent' } },
    { name: 'died waiting for a socket', input: lost('TIMEOUT', false), expected: { class: 'not_sent' } },
    { name: 'read timeout', input: lost('UND_ERR_HEADERS_TIMEOUT', true), expected: { class: 'unknown' } },
    { name: 'reset after write', input: lost('ECONNRESET', true), expected: { class: 'unknown' } },
    {
      name: 'wrong key',
      input: answer(401, { response: { message: 'Unauthorized' } }),
      expected: { class: 'not_sent', hold: true },
    },
    { name: 'forbidden', input: answer(403), expected: { class: 'not_sent', hold: true } },
    { name: 'no such instance', input: answer(404), expected: { class: 'not_sent', hold: true } },
    { name: 'redirected', input: answer(302), expected: { class: 'not_sent', hold: true } },
    {
      name: 'not on WhatsApp',
      input: error400([{ jid: '5521@s.whatsapp.net', exists: false, number: '5521' }]),
      expected: { class: 'failed', reason: 'not_on_whatsapp: 400: 5521 is not on WhatsApp' },
    },
    {
      name: 'schema',
      input: error400([['instance requires property "text"']]),
      expected: { class: 'failed', reason: 'invalid_request: 400: instance requires property "text"' },
    },
    {
      name: 'schema, as objects',
      input: error400([{ property: 'number', message: 'bad' }]),
      expected: { class: 'failed' },
    },
    {
      name: 'an address the gateway does not take for one',
      input: error400(['Owned media must be a url or base64']),
      expected: { class: 'failed', reason: 'invalid_request: 400: Owned media must be a url or base64' },
    },
    { name: '400 timed out', input: error400(['Error: Timed Out']), expected: { class: 'unknown' } },
    { name: '400 connection closed', input: error400(['Error: Connection Closed']), expected: { class: 'unknown' } },
    {
      name: '400 in the gateway after the send',
      input: error400(['PrismaClientKnownRequestError: ']),
      expected: { class: 'unknown' },
    },
    { name: '400 plain text', input: answer(400, 'Bad Request'), expected: { class: 'unknown' } },
    { name: 'too large', input: answer(413), expected: { class: 'failed' } },
    { name: 'another 4xx', input: answer(408), expected: { class: 'unknown' } },
    {
      name: 'throttled by a proxy',
      input: answer(429, null, 3000),
      expected: { class: 'not_sent', retryAfterMs: 3000, hold: false },
    },
    {
      name: 'no licence',
      input: answer(503, { error: 'service not activated', code: 'LICENSE_REQUIRED' }),
      expected: { class: 'not_sent', hold: true },
    },
    { name: '503 of a proxy', input: answer(503), expected: { class: 'unknown' } },
    {
      name: '500',
      input: answer(500, { response: { message: 'Connection Closed' } }),
      expected: { class: 'unknown', reason: '500: Connection Closed' },
    },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(classifySend(input)).toMatchObject(expected);
  });
});
