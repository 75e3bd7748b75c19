import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/agents.module.js';
import { EvolutionApiModule } from '../evolution-api/evolution-api.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { ChannelLinksService } from './channel-links.service.js';
import { ChannelPulseService } from './channel-pulse.service.js';
import { ChannelStateService } from './channel-state.service.js';
import { ChannelsController } from './channels.controller.js';
import { ChannelsService } from './channels.service.js';
import { ConnectionCheckService } from './connection-check.service.js';
import { DeafChannelService } from './deaf-channel.service.js';
import { InstancesService } from './instances.service.js';
import { LinkKeeperService } from './link-keeper.service.js';
import { OwnChannelsController } from './own-channels.controller.js';
import { WebhookReassertionService } from './webhook-reassertion.service.js';
import { WidgetController } from './widget.controller.js';
import { WidgetService } from './widget.service.js';
import { WorkspaceSweepService } from './workspace-sweep.service.js';

@Module({
  imports: [AgentsModule, EvolutionApiModule, WorkspacesModule],
  controllers: [ChannelsController, OwnChannelsController, WidgetController],
  providers: [
    ChannelsService,
    ChannelLinksService,
    ChannelPulseService,
    ChannelStateService,
    ConnectionCheckService,
    DeafChannelService,
    InstancesService,
    LinkKeeperService,
    WebhookReassertionService,
    WidgetService,
    WorkspaceSweepService,
  ],
  exports: [ChannelsService, ChannelPulseService, ConnectionCheckService, DeafChannelService],
})
export class ChannelsModule {}
