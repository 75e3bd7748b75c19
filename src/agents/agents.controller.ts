import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { PageQuery } from '../common/pagination.js';
import { AgentAnswer, CreateAgentBody, SettingsAnswer, UpdateAgentBody, UpdateSettingsBody } from './agents.dto.js';
import { AgentsService } from './agents.service.js';

@ApiTags('agents')
@Controller(['v2', ''])
export class AgentsController {
  constructor(private readonly agents: AgentsService) {}

  @Post('workspace/:workspaceId/agents')
  @Answers(AgentAnswer, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(CreateAgentBody) body: CreateAgentBody,
  ) {
    return this.agents.create(user, id, body);
  }

  @Get('workspace/:workspaceId/agents')
  @AnswersPage(AgentAnswer)
  list(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string, @ValidQuery(PageQuery) query: PageQuery) {
    return this.agents.list(user, id, query);
  }

  @Get('agent/:agentId')
  @Answers(AgentAnswer)
  get(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.get(user, id);
  }

  @Put('agent/:agentId')
  @Answers(AgentAnswer)
  update(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidBody(UpdateAgentBody) body: UpdateAgentBody) {
    return this.agents.update(user, id, body);
  }

  @Delete('agent/:agentId')
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.remove(user, id);
  }

  @Put('agent/:agentId/active')
  @Answers(Success)
  activate(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.setActive(user, id, true);
  }

  @Put('agent/:agentId/inactive')
  @Answers(Success)
  deactivate(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.setActive(user, id, false);
  }

  @Get('agent/:agentId/settings')
  @Answers(SettingsAnswer)
  settings(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.agents.settings(user, id);
  }

  @Put('agent/:agentId/settings')
  @Answers(Success)
  updateSettings(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(UpdateSettingsBody) body: UpdateSettingsBody,
  ) {
    return this.agents.updateSettings(user, id, body);
  }
}
