import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentPerson, CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { PageQuery } from '../common/pagination.js';
import { MemberAnswer, UpdateMemberBody } from './members.dto.js';
import { MembersService } from './members.service.js';
import { TransferWorkspaceBody } from './workspaces.dto.js';

@ApiTags('members')
@Controller('workspaces/:workspaceId')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get('members')
  @Describe('List the members of a workspace', { action: 'read' })
  @AnswersPage(MemberAnswer)
  list(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string, @ValidQuery(PageQuery) query: PageQuery) {
    return this.members.list(user, id, query);
  }

  @Put('members/:userId')
  @Describe('Change a member’s role', {
    action: 'administer',
    errors: ['LAST_OWNER'],
    details:
      'Nobody changes, or hands out, a role above their own. API keys this member made that can do more than the new role are revoked.',
  })
  @Answers(MemberAnswer)
  changeRole(
    @CurrentPerson() user: SignedIn,
    @Id('workspaceId') id: string,
    @Id('userId') userId: string,
    @ValidBody(UpdateMemberBody) body: UpdateMemberBody,
  ) {
    return this.members.changeRole(user, id, userId, body);
  }

  @Delete('members/:userId')
  @Describe('Remove a member, or yourself', {
    action: 'administer',
    errors: ['LAST_OWNER'],
    details: 'All API keys this member made are revoked. Everybody may remove themselves.',
  })
  @Answers(Success)
  remove(@CurrentPerson() user: SignedIn, @Id('workspaceId') id: string, @Id('userId') userId: string) {
    return this.members.remove(user, id, userId);
  }

  @Post('leave')
  @Describe('Leave a workspace', { action: 'person', errors: ['LAST_OWNER'] })
  @Answers(Success)
  leave(@CurrentPerson() user: SignedIn, @Id('workspaceId') id: string) {
    return this.members.leave(user, id);
  }

  @Post('transfer')
  @Describe('Make another member the owner in your place', {
    action: 'own',
    details: 'You stay in the workspace as an admin.',
  })
  @Answers(Success)
  transfer(
    @CurrentPerson() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(TransferWorkspaceBody) body: TransferWorkspaceBody,
  ) {
    return this.members.transfer(user, id, body);
  }
}
