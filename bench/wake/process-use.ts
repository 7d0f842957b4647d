import { readFile } from 'node:fs/promises';

/** Linux counts a process's time in hundredths of a second, whatever its clock ticks at inside. */
const TICK_MS = 10;

/** CPU time that a process has used so far, all its threads together. */
export async function cpuMsOf(pid: number): Promise<number> {
  return cpuMsIn(await readFile(`/proc/${pid.toString()}/stat`, 'utf8'));
}

/** The line begins with the program's name in brackets, in which anything may stand. */
export function cpuMsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // The 14th and 15th of the line, of which two are cut off.
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Memory that a process holds. */
export async function memoryKiBOf(pid: number): Promise<number> {
  return memoryKiBIn(await readFile(`/proc/${pid.toString()}/status`, 'utf8'));
}

export function memoryKiBIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}
