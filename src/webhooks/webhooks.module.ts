import { Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { EvolutionApiModule } from '../evolution-api/evolution-api.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { EvolutionDoorService } from './evolution-door.service.js';
import { EvolutionWebhookController } from './evolution-webhook.controller.js';
import { GapFillService } from './gap-fill.service.js';
import { InboundService } from './inbound.service.js';
import { QuarantineController } from './quarantine.controller.js';
import { QuarantineService } from './quarantine.service.js';

@Module({
  imports: [WorkspacesModule, ChannelsModule, EvolutionApiModule, ChatsModule, ConversationsModule],
  controllers: [EvolutionWebhookController, QuarantineController],
  providers: [EvolutionDoorService, InboundService, GapFillService, QuarantineService],
  exports: [EvolutionDoorService],
})
export class WebhooksModule {}
