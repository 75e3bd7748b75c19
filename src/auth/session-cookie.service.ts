import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import type { SessionAnswer } from './auth.dto.js';
import { isOwnOrigin } from './is-own-origin.js';
import { REFRESH_TOKEN_MS } from './sessions.service.js';

const COOKIE = 'tawkee_session';

/**
 * Sessions of browsers. With `X-Session: cookie` the refresh token travels in a cookie that no script can read, and
 * never in a body. The header is a second wall against forged requests: no other origin may send it unasked.
 */
@Injectable()
export class SessionCookieService {
  private readonly options: { path: string; secure: boolean; httpOnly: true; sameSite: 'strict' };
  private readonly origins: readonly string[];

  constructor(@Inject(CONFIG) config: RuntimeConfig) {
    const { protocol, pathname, origin } = new URL(`${config.publicUrl}/auth`);
    this.options = { path: pathname, secure: protocol === 'https:', httpOnly: true, sameSite: 'strict' };
    this.origins = [origin, ...config.corsOrigins];
  }

  /** The session as its asker wants it: whole, or with its refresh token moved to the cookie. */
  answer(request: FastifyRequest, reply: FastifyReply, session: SessionAnswer): SessionAnswer {
    if (!usesCookie(request)) return session;
    const { refreshToken, ...shown } = session;
    if (refreshToken) reply.setCookie(COOKIE, refreshToken, { ...this.options, maxAge: REFRESH_TOKEN_MS / 1_000 });
    return shown;
  }

  /** The refresh token a request brings, in its body or in its cookie. @throws FORBIDDEN for a cookie from another page */
  refreshTokenOf(request: FastifyRequest, body: { refreshToken?: string }): string | undefined {
    if (!usesCookie(request)) return body.refreshToken;
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (!isOwnOrigin({ origin, site: typeof site === 'string' ? site : undefined }, this.origins))
      throw new AppError('FORBIDDEN', 'This page may not use the session; open the console at its own address');
    return request.cookies[COOKIE];
  }

  /** Takes the cookie away. */
  clear(request: FastifyRequest, reply: FastifyReply): void {
    if (usesCookie(request)) reply.clearCookie(COOKIE, this.options);
  }
}

const usesCookie = (request: FastifyRequest) => request.headers['x-session'] === 'cookie';
