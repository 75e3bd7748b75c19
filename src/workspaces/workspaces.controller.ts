import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AnswersList } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { WorkspaceAnswer } from './workspaces.dto.js';
import { WorkspacesService } from './workspaces.service.js';

@ApiTags('workspaces')
@Controller(['v2', ''])
export class WorkspacesController {
  constructor(private readonly workspaces: WorkspacesService) {}

  @Get('workspaces')
  @AnswersList(WorkspaceAnswer)
  list(@CurrentUser() user: SignedIn) {
    return this.workspaces.list(user);
  }
}
