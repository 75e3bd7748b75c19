import { Module } from '@nestjs/common';
import { EvolutionApiModule } from '../evolution-api/evolution-api.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { ChatsController } from './chats.controller.js';
import { ChatsService } from './chats.service.js';
import { OutboxService } from './outbox.service.js';

@Module({
  imports: [WorkspacesModule, EvolutionApiModule],
  controllers: [ChatsController],
  providers: [ChatsService, OutboxService],
  exports: [OutboxService],
})
export class ChatsModule {}
