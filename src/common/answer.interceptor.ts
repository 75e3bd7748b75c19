import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { ANSWER, type AnswerShape } from './answer.decorators.js';
import { readFace } from './read-face.js';
import { shapeAnswer } from './shape-answer.js';

/** Gives every declared answer the shape of the face it was asked on; routes that declare none are left alone. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const shape = this.reflector.get<AnswerShape | undefined>(ANSWER, context.getHandler());
    if (!shape) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((value) => {
        const answer = shapeAnswer(value, shape, readFace(request.url));
        // What a signed-in person (or somebody signing in) is told belongs in no cache on the way.
        reply.status(answer.status).headers({ 'cache-control': 'no-store', ...answer.headers });
        return answer.body;
      }),
    );
  }
}
