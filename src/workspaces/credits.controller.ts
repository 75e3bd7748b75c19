import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { CreditEntriesQuery, CreditEntryAnswer, CreditsAnswer } from './credits.dto.js';
import { CreditsService } from './credits.service.js';

@ApiTags('credits')
@Controller(['v2', ''])
export class CreditsController {
  constructor(private readonly credits: CreditsService) {}

  @Get('workspace/:workspaceId/credits')
  @Describe('Read the balance of credits', { action: 'read' })
  @Answers(CreditsAnswer)
  balance(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string) {
    return this.credits.balance(user, id);
  }
}

@ApiTags('credits')
@Controller('workspaces/:workspaceId')
export class CreditLedgerController {
  constructor(private readonly credits: CreditsService) {}

  @Get('credits')
  @Describe('Read the balance of credits', {
    action: 'read',
    details: 'The same as GET /workspace/{workspaceId}/credits.',
  })
  @Answers(CreditsAnswer)
  balance(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string) {
    return this.credits.balance(user, id);
  }

  @Get('credit-entries')
  @Describe('List the movements of credits', {
    action: 'administer',
    details: 'The newest first; an amount is negative where credits were spent. `from` is included, `to` is not.',
  })
  @AnswersPage(CreditEntryAnswer)
  entries(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(CreditEntriesQuery) query: CreditEntriesQuery,
  ) {
    return this.credits.entries(user, id, query);
  }
}
