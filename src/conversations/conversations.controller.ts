import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { ConversationService } from './conversation.service.js';
import { AddMessageBody, ConversationAnswer, ConversationBody } from './conversations.dto.js';

@ApiTags('conversations')
@Controller(['v2', ''])
export class ConversationsController {
  constructor(private readonly conversations: ConversationService) {}

  @Post('agent/:agentId/conversation')
  @Answers(ConversationAnswer)
  converse(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(ConversationBody) body: ConversationBody,
  ) {
    return this.conversations.converse(user, id, body);
  }

  @Post('agent/:agentId/add-message')
  @Answers(ConversationAnswer)
  addMessage(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(AddMessageBody) body: AddMessageBody,
  ) {
    return this.conversations.addMessage(user, id, body);
  }
}
