import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ReaderLanguage, ValidQuery } from '../common/input.decorators.js';
import type { Language } from '../common/language.js';
import { TurnViewsService } from './turn-views.service.js';
import { ListTurnsQuery, TurnDetails, TurnView } from './turns.dto.js';

/** Why was it silent? */
@ApiTags('conversations')
@Controller('')
export class TurnsController {
  constructor(private readonly turns: TurnViewsService) {}

  @Get('chat/:chatId/turns')
  @Describe('List what the agent did in a chat, newest first', {
    action: 'read',
    details: 'Every message of a customer belongs to a turn; one that was not answered has a `reason`.',
  })
  @AnswersPage(TurnView)
  list(
    @CurrentUser() user: SignedIn,
    @Id('chatId') id: string,
    @ValidQuery(ListTurnsQuery) query: ListTurnsQuery,
    @ReaderLanguage() language: Language,
  ) {
    return this.turns.list(user, id, query, language);
  }

  @Get('turn/:turnId')
  @Describe('Show what the agent saw, called and said in one turn', { action: 'read' })
  @Answers(TurnDetails)
  get(@CurrentUser() user: SignedIn, @Id('turnId') id: string, @ReaderLanguage() language: Language) {
    return this.turns.get(user, id, language);
  }
}
