import { Module } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { EvolutionApiClient } from './evolution-api.client.js';

@Module({
  providers: [
    {
      provide: EvolutionApiClient,
      inject: [CONFIG],
      useFactory: (config: RuntimeConfig) =>
        new EvolutionApiClient({ ...config.evolution, mediaMaxBytes: config.mediaMaxBytes }),
    },
  ],
  exports: [EvolutionApiClient],
})
export class EvolutionApiModule {}
