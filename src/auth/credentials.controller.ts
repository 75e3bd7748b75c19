import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '../common/answer.decorators.js';
import { CurrentPerson, Public, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { ValidBody } from '../common/input.decorators.js';
import {
  ChangeEmailBody,
  ChangePasswordBody,
  EmailBody,
  ResetPasswordBody,
  SessionAnswer,
  VerifyEmailBody,
} from './auth.dto.js';
import { callerOf } from './caller.js';
import { CredentialsService } from './credentials.service.js';
import { CookieSession } from './session-cookie.decorators.js';
import { SessionCookieService } from './session-cookie.service.js';

@ApiTags('auth')
@Controller('auth')
export class CredentialsController {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly cookies: SessionCookieService,
  ) {}

  @Post('logout-all')
  @Describe('End every session', {
    action: 'person',
    details: 'Refresh tokens and access tokens of all devices are void at once, the one that asks for it as well.',
  })
  @CookieSession()
  @Answers(Success)
  async logoutAll(
    @CurrentPerson() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    this.cookies.clear(request, reply);
    return this.credentials.endSessions(user, callerOf(request));
  }

  @Post('change-password')
  @Describe('Change the password', {
    action: 'person',
    errors: ['TOO_MANY_REQUESTS'],
    details:
      'Needs the current password, unless the account has none yet. Every session ends; the answer is a new one for whoever changed it.',
  })
  @CookieSession()
  @Answers(SessionAnswer)
  async changePassword(
    @CurrentPerson() user: SignedIn,
    @ValidBody(ChangePasswordBody) body: ChangePasswordBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const session = await this.credentials.changePassword(user, body, callerOf(request));
    return this.cookies.answer(request, reply, session);
  }

  @Post('change-email')
  @Describe('Ask for another e-mail address', {
    action: 'person',
    errors: ['TOO_MANY_REQUESTS'],
    details:
      'Needs the password. The new address gets a link, and takes effect when `POST /auth/verify-email` has its token; the old one gets a notice. The answer is the same when the new address has an account already.',
  })
  @Answers(Success)
  changeEmail(
    @CurrentPerson() user: SignedIn,
    @ValidBody(ChangeEmailBody) body: ChangeEmailBody,
    @Req() request: FastifyRequest,
  ) {
    return this.credentials.changeEmail(user, body, callerOf(request));
  }

  @Public()
  @Post('forgot-password')
  @Describe('Ask for a link to set a new password', {
    errors: ['TOO_MANY_REQUESTS'],
    details: 'The answer is the same whether or not the address has an account. The link is good for 30 minutes.',
  })
  @Answers(Success)
  forgotPassword(@ValidBody(EmailBody) { email }: EmailBody, @Req() request: FastifyRequest) {
    return this.credentials.forgotPassword(email, callerOf(request));
  }

  @Public()
  @Post('reset-password')
  @Describe('Set a new password with a mailed token', {
    errors: ['INVALID_TOKEN'],
    details: 'Every session of the account ends. Sign in with the new password afterwards.',
  })
  @Answers(Success)
  resetPassword(@ValidBody(ResetPasswordBody) body: ResetPasswordBody, @Req() request: FastifyRequest) {
    return this.credentials.resetPassword(body, callerOf(request));
  }

  @Public()
  @Post('verify-email')
  @Describe('Prove an e-mail address with a mailed token', {
    errors: ['INVALID_TOKEN', 'EMAIL_TAKEN'],
    details: 'Also confirms the new address of an account.',
  })
  @Answers(Success)
  verifyEmail(@ValidBody(VerifyEmailBody) { token }: VerifyEmailBody, @Req() request: FastifyRequest) {
    return this.credentials.verifyEmail(token, callerOf(request));
  }

  @Public()
  @Post('resend-verification')
  @Describe('Ask for another link to prove an address', {
    errors: ['TOO_MANY_REQUESTS'],
    details: 'The answer is the same whether or not an account waits for it. The link is good for 24 hours.',
  })
  @Answers(Success)
  resendVerification(@ValidBody(EmailBody) { email }: EmailBody, @Req() request: FastifyRequest) {
    return this.credentials.resendVerification(email, callerOf(request));
  }
}
