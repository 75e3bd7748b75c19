import { buildOpenApi } from './common/openapi.js';
import { parseConfig } from './config.js';
import { createApp } from './create-app.js';

/** The OpenAPI document of this build as text, without starting or connecting anything. */
export async function printOpenApi(): Promise<string> {
  const config = parseConfig({ NODE_ENV: 'test', LOG_LEVEL: 'silent' }, () => 'unused-while-nothing-is-signed-0123456');
  const nowhere = 'http://127.0.0.1:9';
  const app = await createApp({
    ...config,
    databaseUrl: 'postgresql://nobody@127.0.0.1:9/none',
    exclusiveDatabase: false,
    publicUrl: nowhere,
    evolution: { url: nowhere, apiKey: 'unused' },
    openai: { baseUrl: nowhere, apiKey: 'unused', api: undefined, model: undefined },
    simulated: { gateway: false, model: false },
  });
  return `${JSON.stringify(buildOpenApi(app), null, 2)}\n`;
}
