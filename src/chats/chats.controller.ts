import { Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { Chat, ListChatsQuery, ListMessagesQuery, Message, OwnChat, OwnMessage } from './chats.dto.js';
import { ChatsService } from './chats.service.js';

@ApiTags('chats')
@Controller(['v2', ''])
export class ChatsController {
  constructor(private readonly chats: ChatsService) {}

  @Get('workspace/:workspaceId/chats')
  @Describe('List chats, newest activity first', {
    action: 'read',
    details: '`query` looks in names and phones. Large inboxes are read by `cursor`, which takes the place of `page`.',
  })
  @AnswersPage({ v2: Chat, own: OwnChat })
  list(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(ListChatsQuery) query: ListChatsQuery,
  ) {
    return this.chats.list(user, id, query);
  }

  @Get('chat/:chatId/messages')
  @Describe('List the messages of a chat, newest first', { action: 'read' })
  @AnswersPage({ v2: Message, own: OwnMessage })
  messages(
    @CurrentUser() user: SignedIn,
    @Id('chatId') id: string,
    @ValidQuery(ListMessagesQuery) query: ListMessagesQuery,
  ) {
    return this.chats.messages(user, id, query);
  }

  @Put('chat/:chatId/start-human')
  @Describe('Take a chat over: the agent falls silent', { action: 'chat' })
  @Answers(Success)
  startHuman(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.startHuman(user, id);
  }

  @Put('chat/:chatId/stop-human')
  @Describe('Give a chat back: the agent answers from the next message on', { action: 'chat' })
  @Answers(Success)
  stopHuman(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.stopHuman(user, id);
  }

  @Put('chat/:chatId/read')
  @Describe('Mark a chat as read', { action: 'chat', details: 'The customer is not told.' })
  @Answers(Success)
  read(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.read(user, id);
  }

  @Put('chat/:chatId/finish')
  @Describe('Finish a chat and resolve its open interaction', { action: 'chat' })
  @Answers(Success)
  finish(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.finish(user, id);
  }

  @Delete('chat/:chatId')
  @Describe('Delete a chat with everything in it', { action: 'configure', details: 'The contact stays.' })
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.remove(user, id);
  }

  @Delete('chat/:chatId/messages')
  @Describe('Delete all messages of a chat', {
    action: 'configure',
    details: 'Here only; phones keep theirs. An answer that is under way is dropped.',
  })
  @Answers(Success)
  clear(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.clear(user, id);
  }
}

/** What the published API has no route for. */
@ApiTags('chats')
@Controller('')
export class OwnChatsController {
  constructor(private readonly chats: ChatsService) {}

  @Get('chat/:chatId')
  @Describe('Read one chat', { action: 'read' })
  @Answers(OwnChat)
  get(@CurrentUser() user: SignedIn, @Id('chatId') id: string) {
    return this.chats.get(user, id);
  }
}
