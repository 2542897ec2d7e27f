// Runs the steps of a build in parallel: each begins as soon as the steps that it needs are done. A step's output goes into a log
// file of its own; lines from build.sh itself (they begin with "==>") are also passed on. The first step that fails stops the
// others.

import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setPriority, totalmem } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Step
 * @property {string} title Name of the step's result, for progress reports.
 * @property {string[]} command Program and arguments.
 * @property {number} minutes Usual duration of the first build on 2 cores.
 * @property {string[]} [after] Names of the steps whose results it needs.
 * @property {boolean} [compiles] Whether it uses all cores and much memory.
 * @property {boolean} [yields] Whether it runs at a lower priority than other processes.
 */

/**
 * Number of compilers that run in parallel. A compiler's last pass over a module has only one thread, so a second compiler can use
 * the other cores. Each takes 2.2 GB of memory: a small machine has room for one.
 */
const COMPILERS = totalmem() < 6e9 ? 1 : 2;
/** Number of lines that are shown from the end of a failed step's output. */
const SHOWN = 40;
/** Time from SIGTERM to SIGKILL. */
const KILL_AFTER_MS = 3000;

export class Steps {
  /** @type {Map<string, { child: import('node:child_process').ChildProcess, start: number, ended: Promise<void>, last: string }>} */
  #running = new Map();
  /** @type {Set<string>} */
  #done = new Set();
  /** The first failure, with the end of the step's output. @type {(Error & { output: string }) | undefined} */
  #failure;
  /** The requested steps and all that they need. @type {Set<string>} */
  #wanted = new Set();
  /** @type {Set<() => void>} */
  #waiting = new Set();
  #stopped = false;
  #steps;
  #logs;
  #say;

  /**
   * @param {Record<string, Step>} steps The steps by name. Of several that could begin, the first begins first.
   * @param {string} logs Directory of the log files.
   * @param {(line: string) => void} say
   */
  constructor(steps, logs, say) {
    this.#steps = steps;
    this.#logs = logs;
    this.#say = say;
    mkdirSync(logs, { recursive: true });
    // Steps have process groups of their own, and would otherwise go on if this process crashed.
    process.on('exit', () => this.#running.forEach(({ child }) => signal(child, 'SIGKILL')));
  }

  /**
   * Runs these steps and all steps that they need.
   *
   * @param {string[]} names
   * @returns {Promise<void>} Rejects when a step has failed and all others are stopped; the error's `output` is the end of the
   *   failed step's output.
   */
  async run(names) {
    for (const name of names) this.#want(name);
    this.#begin();
    while (!this.#failure && !names.every((name) => this.#done.has(name)))
      await new Promise((resolve) => this.#waiting.add(() => resolve(undefined)));
    if (this.#failure) {
      await this.stop();
      throw this.#failure;
    }
  }

  /** Stops all running steps and their children, and begins no more. */
  async stop() {
    this.#stopped = true;
    const running = [...this.#running.values()];
    for (const { child } of running) signal(child, 'SIGTERM');
    const timer = setTimeout(() => running.forEach(({ child }) => signal(child, 'SIGKILL')), KILL_AFTER_MS);
    await Promise.all(running.map(({ ended }) => ended));
    clearTimeout(timer);
  }

  /** A line for each step in progress with its duration, and one for the steps still to come; empty when none are left. @returns {string[]} */
  report() {
    const running = [...this.#running].map(([name, { start, last }]) => {
      const { title, minutes } = this.#steps[name];
      return `${title}: ${clock(start)} of about ${about(minutes)}${last ? ` (${last})` : ''}`;
    });
    const next = [...this.#wanted]
      .filter((name) => !this.#done.has(name) && !this.#running.has(name))
      .map((name) => `${this.#steps[name].title}, about ${about(this.#steps[name].minutes)}`);
    return next.length > 0 ? [...running, `then ${next.join('; ')}`] : running;
  }

  /** @param {string} name */
  #want(name) {
    for (const needed of this.#steps[name].after ?? []) this.#want(needed);
    this.#wanted.add(name);
  }

  #begin() {
    for (const [name, { after = [], compiles }] of Object.entries(this.#steps)) {
      if (this.#stopped || !this.#wanted.has(name) || this.#done.has(name) || this.#running.has(name)) continue;
      const compilers = [...this.#running.keys()].filter((other) => this.#steps[other].compiles).length;
      if (compiles && compilers >= COMPILERS) continue;
      if (after.every((needed) => this.#done.has(needed))) this.#start(name);
    }
  }

  /** @param {string} name */
  #start(name) {
    const { title, command, yields } = this.#steps[name];
    const [program, ...args] = command;
    const file = path.join(this.#logs, `${name}.log`);
    const log = createWriteStream(file).on('error', ({ message }) => this.#say(`${title}: what it prints is not kept: ${message}`));
    // `detached` gives the step a process group of its own: it can be stopped with its children, and Ctrl+C does not reach it.
    const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    if (yields && child.pid) yieldCores(child.pid);
    const start = Date.now();
    /** @param {string} line */
    const take = (line) => {
      log.write(`${line}\n`);
      if (line.startsWith('==> ')) this.#say(`${title}: ${line.slice(4)}`);
      else if (line.trim()) step.last = line.trim().slice(0, 60);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', take);
    const ended = new Promise((/** @type {(why: string) => void} */ resolve) => {
      child.once('error', ({ message }) => resolve(message));
      child.once('close', (code, signal) => resolve(code === 0 ? '' : `it ended with ${signal ?? `status ${code}`}`));
    }).then(async (why) => {
      await new Promise((resolve) => log.end(() => resolve(undefined)));
      this.#running.delete(name);
      if (why === '') {
        this.#done.add(name);
        if (Date.now() - start > 2000) this.#say(`${title}: done in ${clock(start)}`);
      } else if (!this.#stopped) {
        this.#stopped = true; // Later failures are consequences of this one.
        const output = (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-SHOWN).join('\n');
        this.#failure = Object.assign(new Error(`${title}: ${why}; all that it printed is in ${file}`), { output });
      }
      this.#begin();
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const wake of waiting) wake();
    });
    const step = { child, start, ended, last: '' };
    this.#running.set(name, step);
  }
}

/** Lowers a step's priority. @param {number} pid */
function yieldCores(pid) {
  setPriority(pid, 10);
  try {
    // Linux divides the cores among sessions first, and a priority counts only within its session. The step has a session of its
    // own, so the session's priority is lowered too.
    writeFileSync(`/proc/${pid}/autogroup`, '10');
  } catch {
    // Not Linux, or a Linux without autogroups.
  }
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} name */
function signal({ pid }, name) {
  try {
    if (pid) process.kill(-pid, name);
  } catch {
    // It ended in the meantime.
  }
}

/** Time since `start` in minutes and seconds, such as 2:05. @param {number} start */
export function clock(start) {
  const seconds = Math.round((Date.now() - start) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** @param {number} minutes */
export const about = (minutes) => (minutes < 1 ? 'half a minute' : `${minutes} min`);
