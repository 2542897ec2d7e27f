// Steps of a build, run side by side: each begins as soon as the steps that it needs are done. What a step prints goes into a
// file of its own; of it, what build.sh says itself (lines that begin with "==>") is passed on. The first step that fails
// stops the others.

import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setPriority, totalmem } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Step
 * @property {string} title What it makes, for people.
 * @property {string[]} command Program and arguments.
 * @property {number} minutes What it usually takes the first time on 2 cores.
 * @property {string[]} [after] Names of the steps whose results it needs.
 * @property {boolean} [compiles] Takes all cores and much memory.
 * @property {boolean} [yields] Leaves the cores to others that want them.
 */

/** Compilers at a time: the last pass over a module has one thread, and another compiler takes the cores that it leaves. But it
 *  takes 2.2 GB too, so that a small machine has room for one. */
const COMPILERS = totalmem() < 6e9 ? 1 : 2;
/** Last lines of a failed step's output that are shown. */
const SHOWN = 40;
/** How long a step has to end by itself once it is stopped. */
const PATIENCE_MS = 3000;

export class Steps {
  /** @type {Map<string, { child: import('node:child_process').ChildProcess, start: number, ended: Promise<void>, last: string }>} */
  #running = new Map();
  /** @type {Set<string>} */
  #done = new Set();
  /** With the last that the step printed. @type {(Error & { output: string }) | undefined} */
  #failure;
  /** Steps that somebody waits for, with all that they need. @type {Set<string>} */
  #wanted = new Set();
  /** @type {Set<() => void>} */
  #waiting = new Set();
  #stopped = false;
  #steps;
  #logs;
  #say;

  /**
   * @param {Record<string, Step>} steps By name; of those that could begin, the first begins first.
   * @param {string} logs The directory for what they print.
   * @param {(line: string) => void} say
   */
  constructor(steps, logs, say) {
    this.#steps = steps;
    this.#logs = logs;
    this.#say = say;
    mkdirSync(logs, { recursive: true });
    // Steps have process groups of their own, and would outlive a process that ends by a fault.
    process.on('exit', () => this.#running.forEach(({ child }) => signal(child, 'SIGKILL')));
  }

  /**
   * Runs steps and all that they need.
   *
   * @param {string[]} names
   * @returns {Promise<void>} Rejects as soon as any step fails and all others are stopped, with what it printed last as `output`.
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

  /** Ends all that runs, with its children, and begins nothing more. */
  async stop() {
    this.#stopped = true;
    const running = [...this.#running.values()];
    for (const { child } of running) signal(child, 'SIGTERM');
    const timer = setTimeout(() => running.forEach(({ child }) => signal(child, 'SIGKILL')), PATIENCE_MS);
    await Promise.all(running.map(({ ended }) => ended));
    clearTimeout(timer);
  }

  /** The steps in progress, since when, and those still to come; empty when there are none. @returns {string[]} */
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
    // In a process group of its own, so that it can be stopped with all that it started, and Ctrl+C does not reach it first.
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

/** @param {number} pid */
function yieldCores(pid) {
  setPriority(pid, 10);
  try {
    // Linux shares the cores among sessions first; a priority counts only within one, and the step has one of its own.
    writeFileSync(`/proc/${pid}/autogroup`, '10');
  } catch {
    // Another system, or a Linux that does not.
  }
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} name */
function signal({ pid }, name) {
  try {
    if (pid) process.kill(-pid, name);
  } catch {
    // It has ended in the meantime.
  }
}

/** Minutes and seconds since a time: 2:05. @param {number} start */
export function clock(start) {
  const seconds = Math.round((Date.now() - start) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** @param {number} minutes */
export const about = (minutes) => (minutes < 1 ? 'half a minute' : `${minutes} min`);
