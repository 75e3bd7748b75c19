import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import type { Config } from './config.js';

/** The stand-ins of this installation; undefined where the real service is configured. */
export interface StandIns {
  readonly evolution: { readonly url: string; readonly apiKey: string } | undefined;
  readonly openai: Config['openai'] | undefined;
  /** Modules that exist only with a stand-in. */
  readonly modules: readonly DynamicModule[];
  close(): Promise<void>;
}

/**
 * Starts what is not configured: a simulated WhatsApp gateway, an offline model. Never in production (the configuration
 * refuses to be incomplete there), and their code is not even loaded where both services are real.
 */
export async function startStandIns(config: Config): Promise<StandIns> {
  const needsGateway = config.evolution === undefined;
  const needsModel = !config.openai.apiKey && !config.openai.baseUrl;
  if (config.nodeEnv === 'production' && (needsGateway || needsModel)) throw new Error('No stand-ins in production.');

  const gateway = needsGateway ? await startGateway(config) : undefined;
  const model = needsModel ? await startModel() : undefined;
  const modules = gateway
    ? [(await import('../simulator/simulator.module.js')).SimulatorModule.register(gateway.server)]
    : [];
  return {
    evolution: gateway && { url: gateway.server.url, apiKey: gateway.apiKey },
    openai: model && { baseUrl: model.baseUrl, apiKey: 'offline', api: config.openai.api, model: config.openai.model },
    modules,
    close: async () => {
      await Promise.all([gateway?.server.close(), model?.close()]);
    },
  };
}

async function startGateway(config: Config) {
  const { startEvolutionGateway } = await import('../simulator/evolution-gateway.js');
  const apiKey = randomBytes(16).toString('hex');
  const stateFile = join(config.dataDir, 'simulated-gateway.json');
  return { apiKey, server: await startEvolutionGateway({ apiKey, stateFile }) };
}

async function startModel() {
  const { startOpenAiServer } = await import('../simulator/openai-server.js');
  return startOpenAiServer({ record: false });
}
