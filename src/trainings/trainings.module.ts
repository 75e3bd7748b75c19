import { Module } from '@nestjs/common';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { OwnTrainingsController, TrainingsController } from './trainings.controller.js';
import { TrainingsService } from './trainings.service.js';

@Module({
  imports: [WorkspacesModule],
  controllers: [TrainingsController, OwnTrainingsController],
  providers: [TrainingsService],
})
export class TrainingsModule {}
