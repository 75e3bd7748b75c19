import { setTimeout as sleep } from 'node:timers/promises';
import type { EvolutionGateway } from '../../../simulator/evolution-gateway.js';
import type { Misbehaviour } from '../../../simulator/misbehaviour.js';
import type { OpenAiServer } from '../../../simulator/openai-server.js';
import type { ServerProcess } from '../../support/server-process.js';
import type { CrashingPostgres } from './crashing-postgres.js';

/** What it may break, and for how long a process is stopped so that its leases run out. */
export interface Victims {
  readonly api: ServerProcess;
  readonly workers: readonly ServerProcess[];
  readonly postgres: CrashingPostgres;
  readonly gateway: EvolutionGateway;
  readonly model: OpenAiServer;
  readonly pauseMs: number;
}

/** Breaks one thing after the other until told to stop; then everything is whole again. Answers how often it did what. */
export async function torment(
  victims: Victims,
  random: () => number,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const { api, workers, postgres, gateway, model, pauseMs } = victims;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const killed = async (server: ServerProcess) => {
    await server.kill();
    await revive(server);
  };
  const spoilt = async (rules: readonly Misbehaviour[]) => {
    const running = rules.map((rule) => gateway.misbehave(rule));
    await sleep(2_000);
    for (const rule of running) rule.stop();
  };
  const seed = () => Math.floor(random() * 1_000_000);
  const deeds: Record<string, () => Promise<void>> = {
    'kill -9 of a worker': () => killed(pick(workers)),
    'kill -9 of the api': () => killed(api),
    'kill -9 of all workers': async () => {
      await Promise.all(workers.map(killed));
    },
    'a worker stopped past its leases': async () => {
      const worker = pick(workers);
      worker.signal('SIGSTOP');
      await sleep(pauseMs);
      worker.signal('SIGCONT');
    },
    'crash of PostgreSQL': () => postgres.crash(),
    'webhooks doubled and late': () =>
      spoilt([
        { on: 'webhook', fault: 'duplicate', events: ['messages.upsert'], copies: 2 },
        { on: 'webhook', fault: 'delay', events: ['send.message', 'messages.update'], ms: 500 },
      ]),
    'webhooks shuffled': () => spoilt([{ on: 'webhook', fault: 'reorder', window: 8, seed: seed() }]),
    'webhooks lost': () =>
      spoilt([
        {
          on: 'webhook',
          fault: 'drop',
          events: ['messages.upsert', 'send.message'],
          probability: 0.5,
          seed: seed(),
        },
      ]),
    'sends that fail after the customer has them': () =>
      spoilt([{ on: 'sendText', fault: pick(['error-after', 'reset-after', 'bad-request-after']), times: 3 }]),
    'sends that hang': () => spoilt([{ on: 'sendText', fault: pick(['hang-after', 'hang-before']), times: 1 }]),
    'sends that fail before': () =>
      spoilt([{ on: 'sendText', fault: pick(['error-before', 'reset-before']), times: 1 }]),
    'a model that fails': async () => {
      const outage = model.failFor(1_500, { status: 503, error: { message: 'overloaded' } });
      await sleep(1_500);
      outage.stop();
    },
  };
  const done: Record<string, number> = {};
  // Every deed once in a shuffled order before any comes again: a short run too has seen most of them.
  let bag: string[] = [];
  while (!signal.aborted) {
    if (bag.length === 0) bag = Object.keys(deeds);
    const [name] = bag.splice(Math.floor(random() * bag.length), 1);
    await deeds[name!]!();
    done[name!] = (done[name!] ?? 0) + 1;
    await sleep(random() * 1_000);
  }
  return done;
}

/** Starts it until it runs: while the database is down or recovers it ends again. */
async function revive(server: ServerProcess): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await server.start();
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(250);
    }
  }
}
