import { Module } from '@nestjs/common';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { ExportController } from './export.controller.js';
import { InteractionsController } from './interactions.controller.js';
import { InteractionsService } from './interactions.service.js';

@Module({
  imports: [WorkspacesModule],
  controllers: [InteractionsController, ExportController],
  providers: [InteractionsService],
})
export class InteractionsModule {}
