import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { describeError } from './describe-error.js';
import { readLanguage } from './language.js';
import { LOGGER } from './logger.js';
import { writeProblem } from './write-problem.js';

/** Turns everything thrown into the one error body of its face (RFC 9457, or the published one under `/v2`). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { error, unexpected } = describeError(thrown);
    const requestId = String(request.id);
    if (unexpected) this.logger.error({ requestId, err: thrown }, 'a request failed unexpectedly');
    // A body that has begun cannot be taken back; the connection is cut instead of lying in a 200.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const language = readLanguage(request.headers['accept-language']);
    const { status, headers, body } = writeProblem(error, request.originalUrl ?? request.url, requestId, language);
    // Serialised here: a string leaves the content type as it is set.
    void reply.status(status).headers(headers).send(JSON.stringify(body));
  }
}
