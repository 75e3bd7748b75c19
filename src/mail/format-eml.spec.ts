import { expect, it } from 'vitest';
import { formatEml } from './format-eml.js';

const sentAt = new Date('2026-01-02T03:04:05Z');

it('writes headers, an empty line, and the text as it is', () => {
  const mail = {
    from: 'Tawkee <no-reply@localhost>',
    to: 'ana@example.com',
    subject: 'Olá',
    text: 'https://x.y/?a=b\n',
  };
  expect(formatEml(mail, sentAt)).toBe(
    [
      'From: Tawkee <no-reply@localhost>',
      'To: ana@example.com',
      'Subject: Olá',
      'Date: Fri, 02 Jan 2026 03:04:05 +0000',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'https://x.y/?a=b',
      '',
    ].join('\n'),
  );
});

it('keeps a header on its line', () => {
  const mail = { from: 'a', to: 'b@example.com', subject: 'X\r\nBcc: c@example.com', text: '' };
  expect(formatEml(mail, sentAt)).not.toMatch(/^Bcc:/m);
});
