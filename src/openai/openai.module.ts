import { Module } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { OpenAiService } from './openai.service.js';
import { OpenAiAudioService } from './openai-audio.client.js';

@Module({
  providers: [
    {
      provide: OpenAiService,
      inject: [CONFIG],
      useFactory: (config: RuntimeConfig) =>
        new OpenAiService(config.openai, { attemptMs: config.modelAttemptSeconds * 1_000 }),
    },
    {
      provide: OpenAiAudioService,
      inject: [CONFIG],
      useFactory: ({ openai, transcribeModel }: RuntimeConfig) =>
        new OpenAiAudioService({ ...openai, transcribeModel }),
    },
  ],
  exports: [OpenAiService, OpenAiAudioService],
})
export class OpenAiModule {}
