import { Module } from '@nestjs/common';
import { EvolutionApiModule } from '../evolution-api/evolution-api.module.js';
import { OpenAiModule } from '../openai/openai.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { FetchMediaService } from './fetch-media.service.js';
import { MediaService } from './media.service.js';

@Module({
  imports: [WorkspacesModule, EvolutionApiModule, OpenAiModule, StorageModule],
  providers: [FetchMediaService, MediaService],
  exports: [MediaService],
})
export class MediaModule {}
