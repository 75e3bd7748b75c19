import { Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { Chat, ListChatsQuery, ListMessagesQuery, Message, OwnMessage } from './chats.dto.js';
import { ChatsService } from './chats.service.js';

@ApiTags('chats')
@Controller(['v2', ''])
export class ChatsController {
  constructor(private readonly chats: ChatsService) {}

  @Get('workspace/:workspaceId/chats')
  @AnswersPage(Chat)
  list(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(ListChatsQuery) query: ListChatsQuery,
  ) {
    return this.chats.list(user, id, query);
  }

  @Get('chat/:chatId/messages')
  @AnswersPage({ v2: Message, own: OwnMessage })
  messages(
    @CurrentUser() user: SignedIn,
    @Id('chatId') id: string,
    @ValidQuery(ListMessagesQuery) query: ListMessagesQuery,
  ) {
    return this.chats.messages(user, id, query);
  }

  @Put('chat/:chatId/start-human')
  @Answers(Success)
  startHuman(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.startHuman(user, id);
  }

  @Put('chat/:chatId/stop-human')
  @Answers(Success)
  stopHuman(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.stopHuman(user, id);
  }
}
