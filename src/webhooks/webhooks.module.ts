import { Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { EvolutionDoorService } from './evolution-door.service.js';
import { EvolutionWebhookController } from './evolution-webhook.controller.js';
import { InboundService } from './inbound.service.js';

@Module({
  imports: [ChannelsModule, ChatsModule, ConversationsModule],
  controllers: [EvolutionWebhookController],
  providers: [EvolutionDoorService, InboundService],
  exports: [EvolutionDoorService],
})
export class WebhooksModule {}
