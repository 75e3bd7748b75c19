import { Controller, Delete, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { EffectId, Idempotent } from '../idempotency/idempotency.decorators.js';
import { ChangeMessageService } from './change-message.service.js';
import { OwnMessage } from './chats.dto.js';
import { ResendMessageService } from './resend-message.service.js';
import { ChangeAnswer, EditMessageBody, SendMessageBody, StartConversationBody } from './send-message.dto.js';
import { SendMessageService } from './send-message.service.js';
import { StartConversationService } from './start-conversation.service.js';

const OUTCOME =
  'Answers once the message has left, or after 20 seconds; the status of our own answer tells which (QUEUED and UNKNOWN: not known yet).';

const REPEATED = ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'] as const;

/** What people and API clients send. */
@ApiTags('messages')
@Controller(['v2', ''])
export class OutboundController {
  constructor(
    private readonly sender: SendMessageService,
    private readonly starter: StartConversationService,
    private readonly changer: ChangeMessageService,
  ) {}

  @Post('chat/:chatId/send-message')
  @Idempotent()
  @Describe('Send a text, picture, voice note, video or document', {
    action: 'chat',
    errors: ['URL_NOT_ALLOWED', 'CHANNEL_NOT_CONNECTED', 'NOT_ON_WHATSAPP', 'GATEWAY_FAILED', ...REPEATED],
    example: { message: 'Seu pedido saiu para entrega.' },
    details: `A person who sends takes the chat over; an API key leaves it to whoever has it. ${OUTCOME}`,
  })
  @Answers({ v2: Success, own: OwnMessage }, { created: true })
  send(
    @CurrentUser() user: SignedIn,
    @Id('chatId') id: string,
    @ValidBody(SendMessageBody) body: SendMessageBody,
    @EffectId() effectId: string | undefined,
  ) {
    return this.sender.send(user, id, body, effectId);
  }

  @Post('channel/:channelId/start-conversation')
  @Idempotent()
  @Describe('Write to a phone, whether or not it has written before', {
    action: 'chat',
    errors: [
      'TOO_MANY_REQUESTS',
      'URL_NOT_ALLOWED',
      'CHANNEL_NOT_CONNECTED',
      'CHANNEL_TYPE_NOT_SUPPORTED',
      'NOT_ON_WHATSAPP',
      'GATEWAY_FAILED',
      ...REPEATED,
    ],
    example: { phone: '5531988887777', message: 'Olá! Seu orçamento ficou pronto.' },
    details: OUTCOME,
  })
  @Answers({ v2: Success, own: OwnMessage }, { created: true })
  start(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(StartConversationBody) body: StartConversationBody,
    @EffectId() effectId: string | undefined,
  ) {
    return this.starter.start(user, id, body, effectId);
  }

  @Put('chat/:chatId/message/:messageId')
  @Describe('Edit a text or caption that was sent', {
    action: 'chat',
    errors: ['MESSAGE_NOT_CHANGEABLE', 'CHANNEL_NOT_CONNECTED', 'GATEWAY_FAILED'],
    details: 'WhatsApp allows it for 15 minutes.',
  })
  @Answers(ChangeAnswer)
  edit(
    @CurrentUser() user: SignedIn,
    @Id('chatId') id: string,
    @Id('messageId') messageId: string,
    @ValidBody(EditMessageBody) body: EditMessageBody,
  ) {
    return this.changer.edit(user, id, messageId, body);
  }

  @Delete('chat/:chatId/message/:messageId')
  @Describe('Take a message back from everyone’s phone, or cancel one that waits', {
    action: 'chat',
    errors: ['MESSAGE_NOT_CHANGEABLE', 'CHANNEL_NOT_CONNECTED', 'GATEWAY_FAILED'],
  })
  @Answers(ChangeAnswer)
  remove(@CurrentUser() user: SignedIn, @Id('chatId') id: string, @Id('messageId') messageId: string) {
    return this.changer.remove(user, id, messageId);
  }
}

/** What only our own face offers. */
@ApiTags('messages')
@Controller()
export class OwnOutboundController {
  constructor(private readonly resender: ResendMessageService) {}

  @Post('chat/:chatId/message/:messageId/resend')
  @Idempotent()
  @Describe('Send a message again whose delivery is unknown', {
    action: 'chat',
    errors: ['CONFLICT', 'CHANNEL_NOT_CONNECTED', 'NOT_ON_WHATSAPP', 'GATEWAY_FAILED', ...REPEATED],
    details: `The old message is closed as failed; if it did arrive, the customer reads it twice. ${OUTCOME}`,
  })
  @Answers(OwnMessage, { created: true })
  resend(
    @CurrentUser() user: SignedIn,
    @Id('chatId') id: string,
    @Id('messageId') messageId: string,
    @EffectId() effectId: string | undefined,
  ) {
    return this.resender.resend(user, id, messageId, effectId);
  }
}
