import { Module } from '@nestjs/common';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { ProfileController } from './profile.controller.js';
import { ProfileService } from './profile.service.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [WorkspacesModule],
  controllers: [ProfileController],
  providers: [ProfileService, UsersService],
  exports: [UsersService],
})
export class UsersModule {}
