import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { PageQuery } from '../common/pagination.js';
import { AgentCopiesService } from './agent-copies.service.js';
import { AgentAnswer, CreateAgentBody, UpdateAgentBody } from './agents.dto.js';
import { AgentsService } from './agents.service.js';

const example = {
  name: 'Bia',
  behavior: 'Seja breve e simpática. Nunca prometa prazos.',
  type: 'SALE',
  jobName: 'Doces do Porto',
};

@ApiTags('agents')
@Controller(['v2', ''])
export class AgentsController {
  constructor(private readonly agents: AgentsService) {}

  @Post('workspace/:workspaceId/agents')
  @Describe('Create an agent', { action: 'configure', example, errors: ['URL_NOT_ALLOWED'] })
  @Answers(AgentAnswer, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(CreateAgentBody) body: CreateAgentBody,
  ) {
    return this.agents.create(user, id, body);
  }

  @Get('workspace/:workspaceId/agents')
  @Describe('List a workspace’s agents', { action: 'read', details: 'Oldest first; query searches the name.' })
  @AnswersPage(AgentAnswer)
  list(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string, @ValidQuery(PageQuery) query: PageQuery) {
    return this.agents.list(user, id, query);
  }

  @Get('agent/:agentId')
  @Describe('Show an agent', { action: 'read' })
  @Answers(AgentAnswer)
  get(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.get(user, id);
  }

  @Put('agent/:agentId')
  @Describe('Change an agent', {
    action: 'configure',
    example,
    errors: ['URL_NOT_ALLOWED'],
    details: 'Fields that are left out stay. A new behavior is kept in the behaviour history.',
  })
  @Answers(AgentAnswer)
  update(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidBody(UpdateAgentBody) body: UpdateAgentBody) {
    return this.agents.update(user, id, body);
  }

  @Delete('agent/:agentId')
  @Describe('Delete an agent with all it knows', {
    action: 'configure',
    errors: ['CONFLICT'],
    details: 'Refused while a WhatsApp number belongs to it: delete or move the number first.',
  })
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.remove(user, id);
  }

  @Put('agent/:agentId/active')
  @Describe('Let an agent answer', { action: 'configure' })
  @Answers(Success)
  activate(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.setActive(user, id, true);
  }

  @Put('agent/:agentId/inactive')
  @Describe('Silence an agent', { action: 'configure', details: 'It keeps everything it is and knows.' })
  @Answers(Success)
  deactivate(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.setActive(user, id, false);
  }
}

@ApiTags('agents')
@Controller('')
export class AgentCopiesController {
  constructor(private readonly copies: AgentCopiesService) {}

  @Post('agent/:agentId/duplicate')
  @Describe('Duplicate an agent', {
    action: 'configure',
    details: 'Copies persona, settings, hooks, rules, idle actions, trainings and intentions; no channels, no history.',
  })
  @Answers(AgentAnswer, { created: true })
  duplicate(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.copies.duplicate(user, id);
  }
}
