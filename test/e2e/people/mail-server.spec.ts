import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { captureLog } from '../../support/captured-log.js';
import { readOutbox } from '../../support/outbox.js';
import { type SmtpServer, startSmtpServer } from '../../support/smtp-server.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let smtp: SmtpServer;
let app: TestApp;
beforeAll(async () => {
  smtp = await startSmtpServer();
  app = await startTestApp({ SMTP_URL: smtp.url, MAIL_FROM: 'Doces <no-reply@doces.example.com>' });
});
afterAll(async () => {
  await app.close();
  await smtp.close();
});

it('hands a mail to the server, and writes no file', async () => {
  const ana = await app.register();
  const mail = await smtp.mailTo(ana.email);
  expect([mail.from, mail.to]).toEqual(['no-reply@doces.example.com', [ana.email]]);
  expect(mail.data).toMatch(/^Subject: Confirm your e-mail address$/m);
  expect(mail.data).toMatch(/^From: Doces <no-reply@doces\.example\.com>$/m);
  expect(readOutbox(app)).toEqual([]);
});

it('lets nobody wait for a server that refuses, and tells the log, but not whose mail it was', async () => {
  smtp.refuse();
  const log = captureLog(app);
  const email = `${randomUUID()}@example.com`;
  const body = { name: 'Ana', email, password: 'correct horse battery' };
  expect((await app.inject('POST', '/auth/register', { body })).status).toBe(201);
  await app.until('SELECT count(*)::int AS n FROM mailed_tokens WHERE email = $1', [email], (row) => row?.['n'] === 1);
  // Stopping waits for the mail under way.
  await app.app.close();
  const failures = log.filter((line) => line.includes('a mail could not be sent'));
  expect(failures).toHaveLength(1);
  expect(JSON.parse(failures[0]!)).toMatchObject({ code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' });
  expect(log.join('')).not.toContain(email);
});
