import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.js';
import { IS_PUBLIC, type MaybeSignedInRequest } from '../common/auth.decorators.js';
import { isApiKey } from '../workspaces/api-key-format.js';
import { KeySignInService } from './key-sign-in.service.js';
import { SessionsService } from './sessions.service.js';

const BEARER = /^Bearer +([\w.~+/=-]{1,4096})$/i;

/** Lets a request pass that carries a good access token or API key, and every request to a public route. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionsService,
    private readonly keys: KeySignInService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & MaybeSignedInRequest>();
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    // One answer for a missing, a broken, a forged and an old token or key: nothing to learn from it.
    if (!token) throw new AppError('UNAUTHORIZED');
    request.user = isApiKey(token) ? await this.keys.verify(token) : await this.sessions.verify(token);
    return true;
  }
}
