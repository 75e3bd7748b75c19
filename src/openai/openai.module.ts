import { Module } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { OpenAiService } from './openai.service.js';

@Module({
  providers: [
    {
      provide: OpenAiService,
      inject: [CONFIG],
      useFactory: (config: RuntimeConfig) =>
        new OpenAiService(config.openai, { attemptMs: config.modelAttemptSeconds * 1_000 }),
    },
  ],
  exports: [OpenAiService],
})
export class OpenAiModule {}
