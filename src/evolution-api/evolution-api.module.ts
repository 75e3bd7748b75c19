import { Module } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { EvolutionApiClient } from './evolution-api.client.js';

@Module({
  providers: [
    {
      provide: EvolutionApiClient,
      inject: [CONFIG],
      useFactory: ({ evolution, gatewaySendSeconds, mediaMaxBytes }: RuntimeConfig) => {
        const sendMs = gatewaySendSeconds * 1_000;
        return new EvolutionApiClient({
          ...evolution,
          mediaMaxBytes,
          timeouts: { sendMs, callMs: Math.min(30_000, sendMs) },
        });
      },
    },
  ],
  exports: [EvolutionApiClient],
})
export class EvolutionApiModule {}
