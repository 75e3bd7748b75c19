import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import {
  BehaviorHistoryQuery,
  BehaviorVersionAnswer,
  CreditsSpentAnswer,
  CreditsSpentQuery,
} from './agent-history.dto.js';
import { AgentHistoryService } from './agent-history.service.js';

@ApiTags('agents')
@Controller(['v2', ''])
export class AgentHistoryController {
  constructor(private readonly history: AgentHistoryService) {}

  @Get('agent/:agentId/list-behavior-history')
  @Describe('List the behaviours an agent had', {
    action: 'read',
    details: 'Newest first; pages count from 0. Of an author whose account is gone only empty texts are left.',
  })
  @AnswersPage(BehaviorVersionAnswer)
  behaviors(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidQuery(BehaviorHistoryQuery) query: BehaviorHistoryQuery,
  ) {
    return this.history.behaviors(user, id, query);
  }

  @Get('agent/:agentId/credits-spent')
  @Describe('Show the credits an agent spent', {
    action: 'read',
    details: 'By day and model in the agent’s time zone: of a year, a month of it, a day of that, or all of them.',
  })
  @Answers(CreditsSpentAnswer)
  creditsSpent(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidQuery(CreditsSpentQuery) query: CreditsSpentQuery,
  ) {
    return this.history.creditsSpent(user, id, query);
  }
}
