import { describe, expect, it } from 'vitest';
import { explainConnection } from './explain-connection.js';

describe('explainConnection', () => {
  it.each([
    { name: 'connected', input: { state: 'open', reason: 200 }, expected: /is connected\.$/ },
    { name: 'connected, not heard', input: { state: 'open', reason: 200, isDeaf: true }, expected: /do not reach us/ },
    { name: 'new', input: { state: 'created', reason: null }, expected: /^Scan the QR code/ },
    { name: 'on its way', input: { state: 'connecting', reason: 200 }, expected: /connecting/ },
    { name: 'no code was scanned', input: { state: 'refused', reason: 428 }, expected: /new QR code/ },
    { name: 'logged out', input: { state: 'close', reason: 401 }, expected: /logged this connection out/ },
    { name: 'banned', input: { state: 'close', reason: 403 }, expected: /blocked this number/ },
    { name: 'replaced', input: { state: 'close', reason: 440 }, expected: /Another program/ },
    { name: 'refused by WhatsApp', input: { state: 'close', reason: 406 }, expected: /does not accept/ },
    { name: 'a network failure', input: { state: 'close', reason: 408 }, expected: /trying again/ },
    { name: 'unlinked here', input: { state: 'close', reason: null }, expected: /is not connected/ },
  ] as const)('$name', ({ input, expected }) => {
    expect(explainConnection({ isDeaf: false, ...input })).toMatch(expected);
  });
});
