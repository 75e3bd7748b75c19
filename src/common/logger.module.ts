import { Global, Module } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { createLogger, LOGGER } from './logger.js';

@Global()
@Module({
  providers: [
    { provide: LOGGER, useFactory: (config: RuntimeConfig) => createLogger(config.logLevel), inject: [CONFIG] },
  ],
  exports: [LOGGER],
})
export class LoggerModule {}
