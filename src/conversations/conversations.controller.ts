import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { EffectId, Idempotent } from '../idempotency/idempotency.decorators.js';
import { ConversationService } from './conversation.service.js';
import { AddMessageBody, ConversationAnswer, ConversationBody } from './conversations.dto.js';

@ApiTags('conversations')
@Controller(['v2', ''])
export class ConversationsController {
  constructor(private readonly conversations: ConversationService) {}

  @Post('agent/:agentId/conversation')
  @Idempotent()
  @Describe('Talk to an agent and wait for its answer', {
    action: 'chat',
    errors: [
      'IDEMPOTENCY_KEY_REUSED',
      'IDEMPOTENCY_IN_PROGRESS',
      'URL_NOT_ALLOWED',
      'NOT_IMPLEMENTED',
      'TEMPORARILY_UNAVAILABLE',
    ],
    details:
      'One contextId is one conversation. The answer is empty when the agent stays silent. With a callbackUrl it is empty at once, and what the agent says is posted there; onFinishCallback is told when the conversation is finished.',
  })
  @Answers(ConversationAnswer)
  converse(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(ConversationBody) body: ConversationBody,
    @EffectId() effectId: string | undefined,
  ) {
    return this.conversations.converse(user, id, body, effectId);
  }

  @Post('agent/:agentId/add-message')
  @Idempotent()
  @Describe('Add a line to a conversation without asking for an answer', {
    action: 'chat',
    errors: ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS', 'NOT_IMPLEMENTED'],
  })
  @Answers(ConversationAnswer)
  addMessage(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(AddMessageBody) body: AddMessageBody,
    @EffectId() effectId: string | undefined,
  ) {
    return this.conversations.addMessage(user, id, body, effectId);
  }
}
