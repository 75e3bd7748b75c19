import { Module } from '@nestjs/common';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';
import { WorkspacesController } from './workspaces.controller.js';
import { WorkspacesService } from './workspaces.service.js';

@Module({
  controllers: [WorkspacesController],
  providers: [AccessService, AuditService, WorkspacesService],
  exports: [AccessService, AuditService, WorkspacesService],
})
export class WorkspacesModule {}
