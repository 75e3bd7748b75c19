import { randomBytes } from 'node:crypto';
import { install, textEvent } from './installation.js';
import { cpuSeconds, openLoop, percentiles, residentMb } from './measure.js';

/**
 * Whole turns at a constant arrival rate: webhook in, one model call, one part out at the gateway. `addedMs` is what lies
 * between the intended webhook and the arrival on the phone, less the model's own latency. With ticks, four more webhooks
 * follow each part (its echo and three statuses); --ticks=0 leaves only the echo.
 */
export async function run(options: Record<string, number>) {
  const { rate = 200, seconds = 20, chats = 1_000, 'model-ms': modelMs = 0, ticks = 1 } = options;
  const site = await install({ ticks: ticks !== 0 });
  site.model.latencyMs = modelMs;
  site.model.reply(null, 'Tudo certo, já anotei o seu pedido.');
  const asked = new Map<string, number[]>();
  const added: number[] = [];
  let wake = () => {};
  for (let i = 0; i < chats; i++) {
    const number = `5521${String(980_000_000 + i)}`;
    const phone = site.gateway.phone(site.instance, { number, name: 'Cliente' });
    const queue: number[] = [];
    asked.set(number, queue);
    let seen = 0;
    phone.onChange(() => {
      for (; seen < phone.received.length; seen++) {
        const at = queue.shift();
        if (at !== undefined) added.push(performance.now() - at - modelMs);
      }
      wake();
    });
  }
  const numbers = [...asked.keys()];
  const refused: number[] = [];
  const send = (i: number, intendedAt: number) => {
    const number = numbers[i % chats]!;
    asked.get(number)!.push(intendedAt);
    const id = randomBytes(10).toString('hex');
    void site.knock(textEvent(site.instance, number, id, `pergunta ${i}`)).then((status) => {
      if (status !== 200) refused.push(status);
    });
  };
  // Warm: connections, plans, compiled code.
  await openLoop(Math.min(rate, 100), 3, send);
  await settled(added, Math.round(Math.min(rate, 100) * 3), (f) => (wake = f));
  added.length = 0;
  const cpuBefore = cpuSeconds(site.pid);
  const total = Math.round(rate * seconds);
  await openLoop(rate, seconds, send);
  await settled(added, total, (f) => (wake = f));
  const result = {
    bench: 'turns',
    rate,
    seconds,
    chats,
    modelMs,
    ticks: ticks !== 0,
    answered: added.length,
    missing: total - added.length,
    refused: refused.length,
    addedMs: percentiles(added),
    cpuMsPerTurn: Math.round(((cpuSeconds(site.pid) - cpuBefore) / total) * 100_000) / 100,
    rssMb: residentMb(site.pid),
  };
  await site.close();
  return result;
}

/** Resolves when `n` answers are there, or when none came for 20 s. */
function settled(answers: readonly unknown[], n: number, onWake: (look: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout;
    const look = () => {
      clearTimeout(timer);
      if (answers.length >= n) resolve();
      else timer = setTimeout(resolve, 20_000);
    };
    onWake(look);
    look();
  });
}
