import { Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { HookDeliveriesQuery, HookDeliveryAnswer } from './hook-deliveries.dto.js';
import { HookReplaysService } from './hook-replays.service.js';

@ApiTags('workspaces')
@Controller('workspace/:workspaceId/hook-deliveries')
export class HookDeliveriesController {
  constructor(private readonly deliveries: HookReplaysService) {}

  @Get()
  @Describe('List what was posted to hooks', {
    action: 'configure',
    details: 'The newest first. What was delivered is kept for a week, what was given up for 30 days.',
  })
  @AnswersPage(HookDeliveryAnswer)
  list(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(HookDeliveriesQuery) query: HookDeliveriesQuery,
  ) {
    return this.deliveries.list(user, id, query);
  }

  @Post(':deliveryId/replay')
  @Describe('Post an event again', {
    action: 'configure',
    errors: ['CONFLICT'],
    details: 'Under the id it had, to the address it had. While it is still on its way: 409.',
  })
  @Answers(Success)
  replay(@CurrentUser() user: SignedIn, @Id('workspaceId') workspaceId: string, @Id('deliveryId') id: string) {
    return this.deliveries.replay(user, workspaceId, id);
  }
}
