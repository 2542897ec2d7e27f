// The types of <polytask-lab>, for those who install the package. Not named after polytask-lab.js: declarations beside a
// module of the same name stand in for it, and the compiler would check the module no more.

// For what wasm-bindgen declares: its classes can be disposed of.
/// <reference lib="esnext.disposable" />

import type { Prediction, RunEvent } from './types.js';

export type { Prediction, RunEvent } from './types.js';

/** What a run has come to. */
export interface PolytaskState {
  status: 'none' | 'preparing' | 'ready' | 'training' | 'paused' | 'ended' | 'stopped';
  /** What starts as soon as the run is prepared. */
  queued: '' | 'train' | 'step';
  /** `away`: not asked for yet. `unreachable`: `train()` asks again. */
  encoder: 'away' | 'loading' | 'here' | 'unreachable';
  /** Why this browser cannot train at all; empty if it can. */
  missing: string;
  /** What the reader changed since the run was configured. */
  stale: '' | 'sentences' | 'settings';
  /** A recorded run that stands in until there is one of the reader's own. */
  replay: '' | 'playing' | 'paused' | 'over';
  step: number;
  epoch: number;
  /** Of the whole run; 0 before one is configured. */
  steps: number;
  epochs: number;
  /** The latest step's total. */
  loss?: number;
  /** Whether weightings are being compared, which the run waits for. */
  comparing: boolean;
  /** At least so long from a step's beginning to the next one's: the reader's choice of speed. */
  msBetween: number;
  /** Mean of the latest steps; 0 before the second. */
  msPerStep: number;
  /** The configured run's. */
  tasks: string[];
}

/** One DOM event for each type of event of a run, and `polytask` for every one. All bubble, out of shadow roots too. */
export type PolytaskEventMap = {
  [T in RunEvent['type'] as `polytask-${T}`]: CustomEvent<Extract<RunEvent, { type: T }>>;
} & { polytask: CustomEvent<RunEvent> };

/** The element. Its methods load what they need, and are settled when the run has been told. */
export interface PolytaskLab extends HTMLElement {
  /** A copy; undefined until the element is near the screen or is used. */
  readonly state: PolytaskState | undefined;
  /** Trains to the end. */
  train(): Promise<void>;
  pause(): Promise<void>;
  /** One step, on these tasks only; on all if absent or empty. */
  step(tasks?: string[]): Promise<void>;
  /** Back to before the first step, with the sentences and settings as they are. */
  reset(): Promise<void>;
  /** Classifies a sentence with every head as it stands. */
  predict(text: string): Promise<Prediction>;

  addEventListener<K extends keyof PolytaskEventMap>(
    type: K,
    listener: (this: PolytaskLab, event: PolytaskEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: PolytaskLab, event: HTMLElementEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Importing the package defines the tag. */
export declare const PolytaskLab: { new (): PolytaskLab };

declare global {
  interface HTMLElementTagNameMap {
    'polytask-lab': PolytaskLab;
  }
  interface DocumentEventMap extends PolytaskEventMap {}
}
