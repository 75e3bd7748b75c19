import { Module } from '@nestjs/common';
import { EvolutionApiModule } from '../evolution-api/evolution-api.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { ChatInteractionsController } from './chat-interactions.controller.js';
import { ChatInteractionsService } from './chat-interactions.service.js';
import { ChatsController } from './chats.controller.js';
import { ChatsService } from './chats.service.js';
import { OutboxService } from './outbox.service.js';

@Module({
  imports: [WorkspacesModule, EvolutionApiModule],
  controllers: [ChatsController, ChatInteractionsController],
  providers: [ChatsService, ChatInteractionsService, OutboxService],
  exports: [OutboxService],
})
export class ChatsModule {}
