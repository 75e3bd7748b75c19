import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startTestApp } from '../support/test-app.js';

it('closes with the last answer, although its connection would be kept for more', async () => {
  const app = await startTestApp();
  const body = '{"email":"a@example.com","password":"x"}';
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = `POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  socket.write(head + body.slice(0, 5));
  const server = app.app.getHttpServer();
  const closed = app.close();
  while (server.listening) await new Promise((resolve) => setImmediate(resolve));
  socket.write(body.slice(5));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 \d{3} /);
  await closed;
});
