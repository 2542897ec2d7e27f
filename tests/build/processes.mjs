// Processes on Linux, for tests of what starts and ends them.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** State and parent of a process; undefined when there is none. @param {number} pid */
function look(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Whether a process runs: one that has ended may still be in the list, for its parent. @param {number} pid */
export function lives(pid) {
  const seen = look(pid);
  return seen !== undefined && seen.state !== 'Z';
}

/** Every process whose parents lead to `pid`. @param {number} pid */
export function descendants(pid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  const found = [pid];
  for (const parent of found) found.push(...all.filter((child) => look(child)?.parent === parent));
  return found.slice(1);
}

/** Waits for a condition. @param {() => boolean} met */
export async function until(met) {
  for (let left = 2000; !met(); left--) {
    assert.ok(left > 0, `never: ${met}`);
    await sleep(10);
  }
}
