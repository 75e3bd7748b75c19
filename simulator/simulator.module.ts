import { type DynamicModule, Module } from '@nestjs/common';
import { WorkspacesModule } from '../src/workspaces/workspaces.module.js';
import type { EvolutionGateway } from './evolution-gateway.js';
import { PhonePageService } from './phone-page.service.js';
import { GATEWAY, SimulatorController } from './simulator.controller.js';

/** The phone page. Exists only while the gateway is simulated, and never in production. */
@Module({})
export class SimulatorModule {
  static register(gateway: EvolutionGateway): DynamicModule {
    if (process.env['NODE_ENV'] === 'production') throw new Error('The simulator never runs in production.');
    return {
      module: SimulatorModule,
      imports: [WorkspacesModule],
      controllers: [SimulatorController],
      providers: [{ provide: GATEWAY, useValue: gateway }, PhonePageService],
    };
  }
}
