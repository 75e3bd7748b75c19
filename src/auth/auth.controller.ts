import { Controller, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Answers } from '../common/answer.decorators.js';
import { Public } from '../common/auth.decorators.js';
import { ValidBody } from '../common/input.decorators.js';
import { LoginBody, RefreshBody, RegisterBody, SessionAnswer } from './auth.dto.js';
import { AuthService, type Caller } from './auth.service.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('auth')
@Public()
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('register')
  @Answers(SessionAnswer, { created: true })
  register(@ValidBody(RegisterBody) body: RegisterBody, @Req() request: FastifyRequest) {
    return this.auth.register(body, callerOf(request));
  }

  @Post('login')
  @Answers(SessionAnswer)
  login(@ValidBody(LoginBody) body: LoginBody, @Req() request: FastifyRequest) {
    return this.auth.login(body, callerOf(request));
  }

  @Post('refresh')
  @Answers(SessionAnswer)
  refresh(@ValidBody(RefreshBody) body: RefreshBody) {
    return this.sessions.renew(body.refreshToken);
  }
}

const callerOf = (request: FastifyRequest): Caller => ({
  address: request.ip,
  acceptLanguage: request.headers['accept-language'],
});
