import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { IdleActionsAnswer, IdleActionsBody } from './idle-actions.dto.js';
import { IdleActionsService } from './idle-actions.service.js';

const example = {
  actions: [
    {
      instructions: 'Pergunte se o cliente ainda precisa de ajuda.',
      seconds: 600,
      allowAllHours: false,
      workingHours: [{ dayWeek: 1, active: true, hours: [{ start: '08:00', end: '12:00' }] }],
    },
  ],
  finishOn: { seconds: 86_400 },
};
const details = 'The given actions take the place of those there are; one that is sent back with its id keeps it.';

@ApiTags('agents')
@Controller(['v2', ''])
export class IdleActionsController {
  constructor(private readonly idle: IdleActionsService) {}

  @Get('agent/:agentId/idle-actions')
  @Describe('Show what an agent does when a customer falls silent', { action: 'read' })
  @Answers(IdleActionsAnswer)
  get(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.idle.get(user, id);
  }

  @Post('agent/:agentId/idle-actions')
  @Describe('Set what an agent does when a customer falls silent', { action: 'configure', example, details })
  @Answers(IdleActionsAnswer, { created: true })
  create(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidBody(IdleActionsBody) body: IdleActionsBody) {
    return this.idle.set(user, id, body);
  }

  @Put('agent/:agentId/idle-actions')
  @Describe('Change what an agent does when a customer falls silent', { action: 'configure', example, details })
  @Answers(IdleActionsAnswer)
  update(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidBody(IdleActionsBody) body: IdleActionsBody) {
    return this.idle.set(user, id, body);
  }

  @Delete('agent/:agentId/idle-actions')
  @Describe('Let an agent do nothing when a customer falls silent', { action: 'configure' })
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.idle.clear(user, id);
  }
}
