import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/models.module.js';
import { OutboundHttpModule } from '../outbound-http/outbound-http.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { AgentCopiesService } from './agent-copies.service.js';
import { AgentHistoryController } from './agent-history.controller.js';
import { AgentHistoryService } from './agent-history.service.js';
import { AgentCopiesController, AgentsController } from './agents.controller.js';
import { AgentsService } from './agents.service.js';
import { HookDeliveriesController } from './hook-deliveries.controller.js';
import { HookDeliveriesService } from './hook-deliveries.service.js';
import { HookReplaysService } from './hook-replays.service.js';
import { IdleActionsController } from './idle-actions.controller.js';
import { IdleActionsService } from './idle-actions.service.js';
import { SettingsController } from './settings.controller.js';
import { SettingsService } from './settings.service.js';
import { TransferRulesController } from './transfer-rules.controller.js';
import { TransferRulesService } from './transfer-rules.service.js';

@Module({
  imports: [WorkspacesModule, ModelsModule, OutboundHttpModule],
  controllers: [
    AgentsController,
    AgentCopiesController,
    SettingsController,
    AgentHistoryController,
    TransferRulesController,
    IdleActionsController,
    HookDeliveriesController,
  ],
  providers: [
    AgentsService,
    AgentCopiesService,
    SettingsService,
    AgentHistoryService,
    TransferRulesService,
    IdleActionsService,
    HookDeliveriesService,
    HookReplaysService,
  ],
  exports: [AgentsService],
})
export class AgentsModule {}
