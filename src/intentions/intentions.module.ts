import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { IntentionsController, OwnIntentionsController } from './intentions.controller.js';
import { IntentionsService } from './intentions.service.js';
import { McpController, OwnMcpController, PublishedMcpController } from './mcp.controller.js';
import { McpService } from './mcp.service.js';

@Module({
  imports: [SecretsModule, WorkspacesModule],
  controllers: [IntentionsController, OwnIntentionsController, McpController, PublishedMcpController, OwnMcpController],
  providers: [IntentionsService, McpService],
})
export class IntentionsModule {}
