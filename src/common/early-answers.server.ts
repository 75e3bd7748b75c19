import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuid7 } from 'uuid';
import { AppError, type ErrorCode } from './app-error.js';
import { describeError } from './describe-error.js';
import { writeProblem } from './write-problem.js';

/** What Node's HTTP parser finds wrong with a request that never became one. */
const BY_NODE_CODE: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
};

/**
 * Fastify's options for the answers that come before any route, hook or filter: the one error body and the headers
 * that every answer has, instead of Fastify's own words with the caller's address in them.
 */
export function earlyAnswers({ isHttps }: { readonly isHttps: boolean }) {
  const bare = {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    ...(isHttps && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  };
  return {
    /** An address that cannot be read, or with a segment that is too long. */
    frameworkErrors(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
      const { error } = describeError(thrown);
      const { status, headers, body } = writeProblem(error, request.url, String(request.id));
      void reply
        .status(status)
        .headers({ ...bare, ...headers })
        .send(JSON.stringify(body));
    },

    /** Bytes that are no request, headers without end, a body that drips. */
    clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
      if (socket.writable && error.code !== 'ECONNRESET') {
        const refusal = new AppError(BY_NODE_CODE[error.code ?? ''] ?? 'BAD_REQUEST');
        const { status, headers, body } = writeProblem(refusal, '/', uuid7());
        const text = JSON.stringify(body);
        const all = { ...bare, ...headers, 'content-length': String(Buffer.byteLength(text)), connection: 'close' };
        const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.write(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${text}`);
      }
      socket.destroy(error);
    },
  };
}
