import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const linux = process.platform === 'linux';

/** True while the process runs; a dead one whose parent has not collected it yet counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !linux || statFields(pid)?.[0] !== 'Z';
}

/** When the process began, in the kernel's own ticks (proc(5), field 22): tells it from a later one with its number. Empty where unknown. */
export function startMark(pid: number): string {
  return statFields(pid)?.[19] ?? '';
}

/** The command line, arguments parted by spaces; undefined where it cannot be read. */
export function commandLine(pid: number): string | undefined {
  try {
    if (linux) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    if (process.platform === 'win32') return undefined;
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** The fields of /proc/<pid>/stat from the state on; the name before it may hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  if (!linux) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
