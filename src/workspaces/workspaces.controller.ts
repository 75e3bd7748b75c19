import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersList } from '../common/answer.decorators.js';
import { CurrentPerson, CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import {
  CreateWorkspaceBody,
  DeletedWorkspaceAnswer,
  DeleteWorkspaceBody,
  UpdateWorkspaceBody,
  WorkspaceAnswer,
  WorkspaceDetailsAnswer,
} from './workspaces.dto.js';
import { WorkspacesService } from './workspaces.service.js';

@ApiTags('workspaces')
@Controller(['v2', ''])
export class WorkspacesController {
  constructor(private readonly workspaces: WorkspacesService) {}

  @Get('workspaces')
  @Describe('List the workspaces you can reach', {
    action: 'read',
    details: 'The oldest first. An API key reaches one.',
  })
  @AnswersList(WorkspaceAnswer)
  list(@CurrentUser() user: SignedIn) {
    return this.workspaces.list(user);
  }
}

@ApiTags('workspaces')
@Controller('')
export class WorkspaceController {
  constructor(private readonly workspaces: WorkspacesService) {}

  @Post('workspaces')
  @Describe('Create another workspace of your own', { action: 'person', errors: ['TOO_MANY_REQUESTS'] })
  @Answers(WorkspaceDetailsAnswer, { created: true })
  create(@CurrentPerson() user: SignedIn, @ValidBody(CreateWorkspaceBody) body: CreateWorkspaceBody) {
    return this.workspaces.open(user, body);
  }

  @Get('workspaces/deleted')
  @Describe('List your deleted workspaces that can still be restored', { action: 'person' })
  @AnswersList(DeletedWorkspaceAnswer)
  deleted(@CurrentPerson() user: SignedIn) {
    return this.workspaces.listDeleted(user);
  }

  @Get('workspaces/:workspaceId')
  @Describe('Read a workspace', { action: 'read' })
  @Answers(WorkspaceDetailsAnswer)
  get(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string) {
    return this.workspaces.get(user, id);
  }

  @Put('workspaces/:workspaceId')
  @Describe('Rename a workspace and set its time zone', {
    action: 'administer',
    details: 'For persons; an API key gets 403. A time zone that is left out stays.',
  })
  @Answers(WorkspaceDetailsAnswer)
  rename(
    @CurrentPerson() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(UpdateWorkspaceBody) body: UpdateWorkspaceBody,
  ) {
    return this.workspaces.update(user, id, body);
  }

  @Delete('workspaces/:workspaceId')
  @Describe('Delete a workspace; for 30 days it can be restored', {
    action: 'own',
    details: 'The body repeats its name. Its agents fall silent and its API keys stop at once.',
  })
  @Answers(Success)
  remove(
    @CurrentPerson() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(DeleteWorkspaceBody) body: DeleteWorkspaceBody,
  ) {
    return this.workspaces.remove(user, id, body);
  }

  @Post('workspaces/:workspaceId/restore')
  @Describe('Restore a workspace deleted less than 30 days ago', { action: 'own' })
  @Answers(WorkspaceDetailsAnswer)
  restore(@CurrentPerson() user: SignedIn, @Id('workspaceId') id: string) {
    return this.workspaces.restore(user, id);
  }
}
