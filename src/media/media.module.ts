import { Module } from '@nestjs/common';
import { EvolutionApiModule } from '../evolution-api/evolution-api.module.js';
import { OpenAiModule } from '../openai/openai.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { FetchMediaService } from './fetch-media.service.js';
import { MediaController, MediaLinksController } from './media.controller.js';
import { MediaService } from './media.service.js';
import { MediaLinksService } from './media-links.service.js';

@Module({
  imports: [WorkspacesModule, EvolutionApiModule, OpenAiModule, StorageModule],
  controllers: [MediaController, MediaLinksController],
  providers: [FetchMediaService, MediaService, MediaLinksService],
  exports: [MediaService],
})
export class MediaModule {}
