import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../common/answer.decorators.js';
import { Public } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { SUCCESS, Success } from '../common/fields.js';
import { ValidBody } from '../common/input.decorators.js';
import { LoginBody, ProvidersAnswer, RefreshBody, RegisterBody, SessionAnswer } from './auth.dto.js';
import { AuthService } from './auth.service.js';
import { callerOf } from './caller.js';
import { CookieSession } from './session-cookie.decorators.js';
import { SessionCookieService } from './session-cookie.service.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('auth')
@Public()
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly cookies: SessionCookieService,
  ) {}

  @Post('register')
  @Describe('Open an account', {
    errors: ['REGISTRATION_CLOSED', 'INVALID_TOKEN', 'EMAIL_TAKEN', 'TOO_MANY_REQUESTS'],
    details:
      'Makes a first workspace as well. With the `invitationToken` of an invitation to this address the person joins its workspace instead, also where registration is by invitation only.',
    example: { name: 'Ana Souza', email: 'ana@example.com', password: 'correct horse battery staple' },
  })
  @CookieSession()
  @Answers(SessionAnswer, { created: true })
  async register(
    @ValidBody(RegisterBody) body: RegisterBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.cookies.answer(request, reply, await this.auth.register(body, callerOf(request)));
  }

  @Post('login')
  @Describe('Sign in with a password', { errors: ['INVALID_CREDENTIALS', 'TOO_MANY_REQUESTS'] })
  @CookieSession()
  @Answers(SessionAnswer)
  async login(
    @ValidBody(LoginBody) body: LoginBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.cookies.answer(request, reply, await this.auth.login(body, callerOf(request)));
  }

  @Post('refresh')
  @Describe('Exchange a refresh token for new tokens', {
    errors: ['UNAUTHORIZED', 'FORBIDDEN'],
    details: 'Each refresh token is good once. One that comes a second time ends the session it belongs to.',
  })
  @CookieSession()
  @Answers(SessionAnswer)
  async refresh(
    @ValidBody(RefreshBody) body: RefreshBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const session = await this.sessions.renew(this.cookies.refreshTokenOf(request, body));
    return this.cookies.answer(request, reply, session);
  }

  @Post('logout')
  @Describe('End a session', {
    errors: ['FORBIDDEN'],
    details: 'The access token stays good until it expires; only ending all sessions makes it void at once.',
  })
  @CookieSession()
  @Answers(Success)
  async logout(
    @ValidBody(RefreshBody) body: RefreshBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.sessions.end(this.cookies.refreshTokenOf(request, body), callerOf(request).address);
    this.cookies.clear(request, reply);
    return SUCCESS;
  }

  @Get('providers')
  @Describe('List the providers people can sign in through')
  @Answers(ProvidersAnswer)
  providers() {
    return this.auth.providers();
  }
}
