import { Controller, Delete, Get, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentPerson, CurrentUser, Public, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { PageQuery } from '../common/pagination.js';
import {
  AcceptedInvitationAnswer,
  CreateInvitationBody,
  InvitationAnswer,
  InvitationPreviewAnswer,
  InvitationTokenBody,
} from './invitations.dto.js';
import { InvitationsService } from './invitations.service.js';

@ApiTags('invitations')
@Controller('')
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @Get('workspaces/:workspaceId/invitations')
  @Describe('List the open invitations of a workspace', { action: 'administer' })
  @AnswersPage(InvitationAnswer)
  list(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string, @ValidQuery(PageQuery) query: PageQuery) {
    return this.invitations.list(user, id, query);
  }

  @Post('workspaces/:workspaceId/invitations')
  @Describe('Invite somebody by e-mail', {
    action: 'administer',
    errors: ['ALREADY_MEMBER', 'TOO_MANY_REQUESTS'],
    details:
      'The answer is the same whether the address has an account or not. Inviting an invited address again sends a new mail and voids the old one. For persons; an API key gets 403.',
  })
  @Answers(InvitationAnswer, { created: true })
  create(
    @CurrentPerson() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(CreateInvitationBody) body: CreateInvitationBody,
    @Req() request: FastifyRequest,
  ) {
    return this.invitations.create(user, id, body, request.headers['accept-language']);
  }

  @Post('workspaces/:workspaceId/invitations/:invitationId/resend')
  @Describe('Send an invitation again', {
    action: 'administer',
    errors: ['TOO_MANY_REQUESTS'],
    details: 'With a new link, good for seven days; the old one is void. For persons; an API key gets 403.',
  })
  @Answers(InvitationAnswer)
  resend(
    @CurrentPerson() user: SignedIn,
    @Id('workspaceId') id: string,
    @Id('invitationId') invitationId: string,
    @Req() request: FastifyRequest,
  ) {
    return this.invitations.resend(user, id, invitationId, request.headers['accept-language']);
  }

  @Delete('workspaces/:workspaceId/invitations/:invitationId')
  @Describe('Take an invitation back', { action: 'administer', details: 'For persons; an API key gets 403.' })
  @Answers(Success)
  revoke(@CurrentPerson() user: SignedIn, @Id('workspaceId') id: string, @Id('invitationId') invitationId: string) {
    return this.invitations.revoke(user, id, invitationId);
  }

  @Post('invitations/preview')
  @Public()
  @Describe('See what an invitation is for', { errors: ['INVALID_TOKEN'] })
  @Answers(InvitationPreviewAnswer)
  preview(@ValidBody(InvitationTokenBody) body: InvitationTokenBody) {
    return this.invitations.preview(body);
  }

  @Post('invitations/accept')
  @Describe('Accept an invitation to your address', {
    action: 'person',
    errors: ['INVALID_TOKEN'],
    details: 'One that is unknown, used, expired, taken back or for another address gets the same answer.',
  })
  @Answers(AcceptedInvitationAnswer)
  accept(@CurrentPerson() user: SignedIn, @ValidBody(InvitationTokenBody) body: InvitationTokenBody) {
    return this.invitations.accept(user, body);
  }
}
