import { readFileSync } from 'node:fs';

/** Percentiles of a set of durations, in ms, rounded to a tenth. */
export function percentiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0) * 10) / 10;
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** CPU seconds a process has used (Linux; elsewhere NaN). */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** Resident memory of a process in MB (Linux; elsewhere NaN). */
export function residentMb(pid: number): number {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024);
  } catch {
    return Number.NaN;
  }
}

/**
 * Calls `send(i, intendedAt)` at a constant arrival rate, whatever the answers do: a slow system meets a growing queue
 * here, not a slower generator. Resolves when the last call was made; never waits for answers.
 */
export async function openLoop(
  ratePerSecond: number,
  seconds: number,
  send: (i: number, intendedAt: number) => void,
): Promise<void> {
  const began = performance.now();
  const total = Math.round(ratePerSecond * seconds);
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * ratePerSecond) + 1);
    for (; sent < due; sent++) send(sent, began + (sent / ratePerSecond) * 1000);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
