import { randomBytes } from 'node:crypto';
import { install, textEvent } from './installation.js';
import { cpuSeconds, openLoop, percentiles, residentMb } from './measure.js';

/**
 * Webhooks at a constant arrival rate, each durable before its 200. Latency counts from the intended moment, so a stall
 * is seen by everything that should have been sent meanwhile. The agent's model is slow, so turns do not compete.
 */
export async function run({ rate = 1_000, seconds = 20, chats = 5_000 }: Record<string, number>) {
  const site = await install();
  site.model.latencyMs = 3_600_000;
  const latencies: number[] = [];
  const statuses: Record<number, number> = {};
  const inFlight: Promise<void>[] = [];
  const cpuBefore = cpuSeconds(site.pid);
  await openLoop(rate, seconds, (i, intendedAt) => {
    const event = textEvent(
      site.instance,
      `5581${String(900_000_000 + (i % chats))}`,
      randomBytes(10).toString('hex'),
      `mensagem ${i}`,
    );
    inFlight.push(
      site
        .knock(event)
        .catch(() => 0)
        .then((status) => {
          statuses[status] = (statuses[status] ?? 0) + 1;
          latencies.push(performance.now() - intendedAt);
        }),
    );
  });
  await Promise.all(inFlight);
  const result = {
    bench: 'ingest',
    rate,
    seconds,
    chats,
    statuses,
    latencyMs: percentiles(latencies),
    cpuMsPerEvent: Math.round(((cpuSeconds(site.pid) - cpuBefore) / (rate * seconds)) * 100_000) / 100,
    rssMb: residentMb(site.pid),
  };
  await site.close();
  return result;
}
