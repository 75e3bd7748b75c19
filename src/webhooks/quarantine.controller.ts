import { Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { ListQuarantineQuery, QuarantineAnswer } from './quarantine.dto.js';
import { QuarantineService } from './quarantine.service.js';

@ApiTags('webhooks')
@Controller('')
export class QuarantineController {
  constructor(private readonly quarantine: QuarantineService) {}

  @Get('workspace/:workspaceId/webhook-quarantine')
  @Describe('List webhook bodies that could not be read', {
    action: 'configure',
    details: 'Newest first. `body` shows how each begins.',
  })
  @AnswersPage(QuarantineAnswer)
  list(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(ListQuarantineQuery) query: ListQuarantineQuery,
  ) {
    return this.quarantine.list(user, id, query);
  }

  @Post('workspace/:workspaceId/webhook-quarantine/:quarantineId/replay')
  @Describe('Take in a webhook body again', {
    action: 'configure',
    errors: ['CONFLICT'],
    details: 'It leaves the quarantine once it was read.',
  })
  @Answers(Success)
  replay(@CurrentUser() user: SignedIn, @Id('workspaceId') workspaceId: string, @Id('quarantineId') id: string) {
    return this.quarantine.replay(user, workspaceId, id);
  }
}
