import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/models.module.js';
import { UsersModule } from '../users/users.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { OperatorController } from './operator.controller.js';
import { OperatorService } from './operator.service.js';
import { OperatorAccessService } from './operator-access.service.js';

@Module({
  imports: [WorkspacesModule, UsersModule, ModelsModule],
  controllers: [OperatorController],
  providers: [OperatorAccessService, OperatorService],
})
export class OperatorModule {}
