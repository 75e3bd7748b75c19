import { Module } from '@nestjs/common';
import { EvolutionApiModule } from '../evolution-api/evolution-api.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { ChangeMessageService } from './change-message.service.js';
import { ChatInteractionsController } from './chat-interactions.controller.js';
import { ChatInteractionsService } from './chat-interactions.service.js';
import { ChatsController, OwnChatsController } from './chats.controller.js';
import { ChatsService } from './chats.service.js';
import { OutboundController, OwnOutboundController } from './outbound.controller.js';
import { OutboxService } from './outbox.service.js';
import { ResendMessageService } from './resend-message.service.js';
import { SendMessageService } from './send-message.service.js';
import { SendWatchService } from './send-watch.service.js';
import { StartConversationService } from './start-conversation.service.js';

@Module({
  imports: [WorkspacesModule, EvolutionApiModule],
  controllers: [
    ChatsController,
    OwnChatsController,
    OutboundController,
    OwnOutboundController,
    ChatInteractionsController,
  ],
  providers: [
    ChatsService,
    ChatInteractionsService,
    OutboxService,
    SendMessageService,
    SendWatchService,
    ResendMessageService,
    StartConversationService,
    ChangeMessageService,
  ],
  exports: [OutboxService],
})
export class ChatsModule {}
