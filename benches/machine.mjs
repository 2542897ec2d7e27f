// Describes the machine, so that a reader can make sense of the figures.

import { readFileSync } from 'node:fs';
import os from 'node:os';

/** The widest vectors of the processor, as Linux tells; empty where it does not. */
function vectors() {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ') ?? [];
    return flags.includes('avx512f') ? ' with AVX-512' : flags.includes('avx2') ? ' with AVX2' : '';
  } catch {
    return '';
  }
}

/** The processor's name, its cores, the date, and how busy the machine is already. */
export function describeMachine() {
  const [{ model }] = os.cpus();
  const date = new Date().toISOString().slice(0, 10);
  const load = os.loadavg()[0].toFixed(1);
  return `${model.trim()}${vectors()}, ${os.availableParallelism()} cores, ${date}, load ${load} before the run`;
}
