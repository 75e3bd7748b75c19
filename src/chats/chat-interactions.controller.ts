import { Controller, Delete, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { Deleted } from '../interactions/interactions.dto.js';
import { ListInteractionMessagesQuery } from './chat-interactions.dto.js';
import { ChatInteractionsService } from './chat-interactions.service.js';
import { Message, OwnMessage } from './chats.dto.js';

@ApiTags('interactions')
@Controller(['v2', ''])
export class ChatInteractionsController {
  constructor(private readonly interactions: ChatInteractionsService) {}

  @Get('interaction/:interactionId/messages')
  @Describe('List the messages of an interaction', { action: 'read', details: 'Newest first.' })
  @AnswersPage({ v2: Message, own: OwnMessage })
  messages(
    @CurrentUser() user: SignedIn,
    @Id('interactionId') id: string,
    @ValidQuery(ListInteractionMessagesQuery) query: ListInteractionMessagesQuery,
  ) {
    return this.interactions.messages(user, id, query);
  }

  @Post('interaction/:interactionId/resolve')
  @Describe('Resolve an interaction', {
    action: 'chat',
    details: 'The chat is finished, and the agent answers again from the next message on.',
  })
  @Answers(Success)
  resolve(@CurrentUser() user: SignedIn, @Id('interactionId') id: string) {
    return this.interactions.resolve(user, id);
  }

  @Delete('interaction/:interactionId')
  @Describe('Delete an interaction', {
    action: 'configure',
    details: 'An open one is resolved first. Its messages stay in the chat.',
  })
  @Answers(Deleted)
  remove(@CurrentUser() user: SignedIn, @Id('interactionId') id: string) {
    return this.interactions.remove(user, id);
  }
}
