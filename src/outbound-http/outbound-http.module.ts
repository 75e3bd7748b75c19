import { Module } from '@nestjs/common';
import { parseAllowList } from '../common/allow-list.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { OutboundHttpService } from './outbound-http.service.js';

@Module({
  providers: [
    {
      provide: OutboundHttpService,
      inject: [CONFIG],
      useFactory: (config: RuntimeConfig) => new OutboundHttpService({ allows: parseAllowList(config.outboundAllow) }),
    },
  ],
  exports: [OutboundHttpService],
})
export class OutboundHttpModule {}
