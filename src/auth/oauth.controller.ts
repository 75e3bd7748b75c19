import { applyDecorators, Controller, Get, Inject, Post, Redirect, Req, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../common/answer.decorators.js';
import { Public } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { ValidBody, ValidQuery } from '../common/input.decorators.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { SessionAnswer } from './auth.dto.js';
import { BeginQuery, CallbackQuery, ExchangeBody } from './oauth.dto.js';
import { ATTEMPT_SECONDS, OAuthService } from './oauth.service.js';
import type { OAuthProvider } from './oauth-providers.client.js';
import { CookieSession } from './session-cookie.decorators.js';
import { SessionCookieService } from './session-cookie.service.js';

const COOKIE = 'tawkee_oauth';

const Redirects = (description: string) => applyDecorators(Redirect(), ApiResponse({ status: 302, description }));

@ApiTags('auth')
@Public()
@Controller('auth')
export class OAuthController {
  /** The cookie goes to these routes only; on HTTPS, over HTTPS only. Lax: the provider's redirect must carry it. */
  private readonly cookie: { path: string; secure: boolean; httpOnly: true; sameSite: 'lax' };

  constructor(
    private readonly oauth: OAuthService,
    private readonly cookies: SessionCookieService,
    @Inject(CONFIG) config: RuntimeConfig,
  ) {
    const { protocol, pathname } = new URL(`${config.publicUrl}/auth`);
    this.cookie = { path: pathname, secure: protocol === 'https:', httpOnly: true, sameSite: 'lax' };
  }

  @Get('google')
  @Describe('Begin signing in with Google', { errors: ['NOT_FOUND'] })
  @Redirects('To Google, or back to the console with `error`')
  google(@ValidQuery(BeginQuery) query: BeginQuery, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.begin('google', query, reply);
  }

  @Get('google/callback')
  @Describe('Come back from Google', { errors: ['OAUTH_FAILED', 'NOT_FOUND'] })
  @Redirects('To the console, with a one-time `code` or with `error`')
  googleCallback(@ValidQuery(CallbackQuery) query: CallbackQuery, @Req() request: FastifyRequest) {
    return this.complete('google', query, request);
  }

  @Get('facebook')
  @Describe('Begin signing in with Facebook', { errors: ['NOT_FOUND'] })
  @Redirects('To Facebook, or back to the console with `error`')
  facebook(@ValidQuery(BeginQuery) query: BeginQuery, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.begin('facebook', query, reply);
  }

  @Get('facebook/callback')
  @Describe('Come back from Facebook', { errors: ['OAUTH_FAILED', 'NOT_FOUND'] })
  @Redirects('To the console, with a one-time `code` or with `error`')
  facebookCallback(@ValidQuery(CallbackQuery) query: CallbackQuery, @Req() request: FastifyRequest) {
    return this.complete('facebook', query, request);
  }

  @Post('exchange')
  @Describe('Exchange the one-time code of a sign-in for a session', {
    errors: ['INVALID_TOKEN'],
    details: 'The code is good once, for a minute, and only in the browser that began: send its cookie along.',
  })
  @CookieSession()
  @Answers(SessionAnswer)
  async exchange(
    @ValidBody(ExchangeBody) { code }: ExchangeBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const session = await this.oauth.exchange(code, request.cookies[COOKIE]);
    reply.clearCookie(COOKIE, this.cookie);
    return this.cookies.answer(request, reply, session);
  }

  private async begin(provider: OAuthProvider, { returnTo }: BeginQuery, reply: FastifyReply) {
    const { location, browser } = await this.oauth.begin(provider, returnTo);
    if (browser) reply.setCookie(COOKIE, browser, { ...this.cookie, maxAge: ATTEMPT_SECONDS });
    return { url: location };
  }

  private async complete(provider: OAuthProvider, query: CallbackQuery, request: FastifyRequest) {
    const caller = { address: request.ip, acceptLanguage: request.headers['accept-language'] };
    return { url: await this.oauth.complete(provider, query, request.cookies[COOKIE], caller) };
  }
}
