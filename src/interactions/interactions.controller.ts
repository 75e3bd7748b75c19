import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { InteractionAnswer, ListInteractionsQuery } from './interactions.dto.js';
import { InteractionsService } from './interactions.service.js';

@ApiTags('interactions')
@Controller(['v2', ''])
export class InteractionsController {
  constructor(private readonly interactions: InteractionsService) {}

  @Get('workspace/:workspaceId/interactions')
  @Describe('List interactions', {
    action: 'read',
    details:
      'Newest first; `query` is looked for in the contact’s name and phone, `from` (included) and `to` (excluded) bound the start. On /v2 an instant that has not come yet is left out.',
  })
  @AnswersPage(InteractionAnswer)
  list(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(ListInteractionsQuery) query: ListInteractionsQuery,
  ) {
    return this.interactions.list(user, id, query);
  }
}
