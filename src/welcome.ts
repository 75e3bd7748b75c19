import { join } from 'node:path';
import type { RuntimeConfig } from './config.js';

/** The block a newcomer reads after the start: where to go, what is simulated, where data lives, how to go live. */
export function welcome(config: RuntimeConfig): string {
  const local = `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${config.port}`;
  const isHere = (url: string) => /^https?:\/\/(127\.|localhost|\[::1\])/.test(url);
  const unreachable = isHere(config.publicUrl) && !isHere(config.evolution.url);
  const lines: (readonly [string, string])[] = [
    ['API', `${local}/api  (try every route there)`],
    ...(config.simulated.gateway ? [['Phone', `${local}/simulator  (write as a customer)`] as const] : []),
    [
      'WhatsApp',
      config.simulated.gateway
        ? 'simulated; EVOLUTION_API_URL and EVOLUTION_API_KEY connect a real gateway'
        : `${config.evolution.url}${unreachable ? '; it must reach this server: set PUBLIC_URL' : ''}`,
    ],
    [
      'Model',
      config.simulated.model
        ? 'offline stand-in; OPENAI_API_KEY or OPENAI_BASE_URL switches a real one on'
        : (config.openai.baseUrl ?? 'OpenAI'),
    ],
    [
      'Mail',
      config.mail.url ? 'sent through SMTP_URL' : `files in ${join(config.dataDir, 'outbox')}; SMTP_URL sends them`,
    ],
    [
      'Data',
      config.exclusiveDatabase
        ? `${config.dataDir}  (embedded PostgreSQL; DATABASE_URL uses your own)`
        : 'your PostgreSQL (DATABASE_URL)',
    ],
  ];
  const body = lines.map(([name, text]) => `  ${name.padEnd(10)}${text}`).join('\n');
  return `\nTawkee is running at ${local}\n${body}\n  Stop with Ctrl-C. Every variable is explained in .env.example.\n`;
}
