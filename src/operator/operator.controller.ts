import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersList, AnswersPage } from '../common/answer.decorators.js';
import { CurrentPerson, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, PathText, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { PageQuery } from '../common/pagination.js';
import { EffectId, Idempotent } from '../idempotency/idempotency.decorators.js';
import { CreditsAnswer } from '../workspaces/credits.dto.js';
import { GrantCreditsBody, ModelAnswer, ModelName, OperatedWorkspaceAnswer, SaveModelBody } from './operator.dto.js';
import { OperatorService } from './operator.service.js';

@ApiTags('operator')
@Controller('operator')
export class OperatorController {
  constructor(private readonly operator: OperatorService) {}

  @Get('workspaces')
  @Describe('List all workspaces of this installation', {
    action: 'operator',
    details: 'The newest first, deleted ones too.',
  })
  @AnswersPage(OperatedWorkspaceAnswer)
  listWorkspaces(@CurrentPerson() user: SignedIn, @ValidQuery(PageQuery) query: PageQuery) {
    return this.operator.listWorkspaces(user, query);
  }

  @Post('workspaces/:workspaceId/credits')
  @Idempotent()
  @Describe('Grant credits to a workspace, or take some back', {
    action: 'operator',
    errors: ['CONFLICT', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'],
    details: 'Answers the new balance, which never falls below 0 this way.',
  })
  @Answers(CreditsAnswer, { created: true })
  grant(
    @CurrentPerson() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(GrantCreditsBody) body: GrantCreditsBody,
    @EffectId() effectId: string | undefined,
  ) {
    return this.operator.grant(user, id, body, effectId);
  }

  @Put('workspaces/:workspaceId/suspend')
  @Describe('Suspend a workspace', {
    action: 'operator',
    details: 'Its members can still read. Customers’ messages are kept and not answered.',
  })
  @Answers(Success)
  suspend(@CurrentPerson() user: SignedIn, @Id('workspaceId') id: string) {
    return this.operator.setSuspended(user, id, true);
  }

  @Put('workspaces/:workspaceId/resume')
  @Describe('Let a suspended workspace go on', { action: 'operator' })
  @Answers(Success)
  resume(@CurrentPerson() user: SignedIn, @Id('workspaceId') id: string) {
    return this.operator.setSuspended(user, id, false);
  }

  @Get('models')
  @Describe('List the registry of models', { action: 'operator' })
  @AnswersList(ModelAnswer)
  listModels(@CurrentPerson() user: SignedIn) {
    return this.operator.listModels(user);
  }

  @Put('models/:name')
  @Describe('Write an entry of the registry, new or not', { action: 'operator' })
  @Answers(ModelAnswer)
  saveModel(
    @CurrentPerson() user: SignedIn,
    @PathText('name', ModelName) name: string,
    @ValidBody(SaveModelBody) body: SaveModelBody,
  ) {
    return this.operator.saveModel(user, name, body);
  }

  @Delete('models/:name')
  @Describe('Delete an entry of the registry', {
    action: 'operator',
    errors: ['NOT_FOUND'],
    details: 'Settings that hold its name then ask the provider for a model of that very name.',
  })
  @Answers(Success)
  removeModel(@CurrentPerson() user: SignedIn, @PathText('name', ModelName) name: string) {
    return this.operator.removeModel(user, name);
  }
}
