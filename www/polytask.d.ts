// The types of <polytask-lab>, for users of the npm package. Not named after polytask-lab.js: the compiler uses
// declarations of the same name in place of a module, and would no longer check the module.

// wasm-bindgen declares its classes disposable.
/// <reference lib="esnext.disposable" />

import type { GivenExample, GivenRecipe, Prediction, RunEvent, Weighting } from './types.js';

export type { GivenExample, GivenRecipe, Prediction, RunEvent, Weighting } from './types.js';

/** The state of a run. */
export interface PolytaskState {
  status: 'none' | 'preparing' | 'ready' | 'training' | 'paused' | 'ended' | 'stopped';
  /** The command that runs as soon as the run is prepared. */
  queued: '' | 'train' | 'step';
  /** `away`: not requested yet. `unreachable`: the download failed; `train()` tries again. */
  encoder: 'away' | 'loading' | 'here' | 'unreachable';
  /** Why this browser cannot train, as a sentence; empty if it can. */
  missing: string;
  /** Changes that the reader has made since the run was configured. */
  stale: '' | 'sentences' | 'settings';
  /** State of the recorded run that is shown until the reader starts one; empty if none is shown. */
  replay: '' | 'playing' | 'paused' | 'over';
  step: number;
  epoch: number;
  /** Number of steps in the whole run; 0 before one is configured. */
  steps: number;
  epochs: number;
  /** Total loss of the latest step. */
  loss?: number;
  /** Whether a comparison of weightings is in progress; the run waits for its end. */
  comparing: boolean;
  /** Minimum time from one step's start to the next one's, in ms: the speed that the reader chose. */
  msBetween: number;
  /** Mean duration of the latest steps, in ms; 0 before the second step. */
  msPerStep: number;
  /** Names of the configured run's tasks. */
  tasks: string[];
}

/**
 * A DOM event for each type of run event, `polytask` for all of them, and `polytask-state` when the state has changed, at most
 * once a frame. They bubble, also out of shadow roots.
 */
export type PolytaskEventMap = {
  [T in RunEvent['type'] as `polytask-${T}`]: CustomEvent<Extract<RunEvent, { type: T }>>;
} & { polytask: CustomEvent<RunEvent>; 'polytask-state': CustomEvent<PolytaskState> };

/** The attributes of the tag as it may be written, also in JSX and in templates. All are optional. */
export interface PolytaskAttributeValues {
  preset?: 'notebook' | 'topic-sentiment' | 'tickets';
  src?: string;
  tasks?: string | readonly string[];
  encoder?: string;
  model?: string;
  weighting?: Weighting;
  epochs?: number | string;
  seed?: number | string;
  views?: string | readonly string[];
  run?: string;
  keep?: 'on' | 'off';
  autostart?: boolean;
  theme?: 'light' | 'dark' | 'auto';
  base?: string;
  record?: string;
  linked?: boolean;
}

/** A property for each attribute. Setting it sets the attribute; `undefined` removes it. */
export interface PolytaskAttributes {
  preset: string;
  src: string;
  /** Also accepts a list. */
  get tasks(): string;
  set tasks(value: string | readonly string[]);
  encoder: string;
  model: string;
  weighting: string;
  get epochs(): number | undefined;
  set epochs(value: number | string | undefined);
  get seed(): number | undefined;
  set seed(value: number | string | undefined);
  /** Also accepts a list. */
  get views(): string;
  set views(value: string | readonly string[]);
  run: string;
  keep: string;
  autostart: boolean;
  theme: string;
  base: string;
  record: string;
  linked: boolean;
}

/** What `save` leaves out. */
export interface SaveOptions {
  /** The heads alone, a few kB, for a run with the setting `freeze: encoder`. The model names its encoder, and the hash of its weights. */
  headsOnly?: boolean;
  /** `recipe.json` without the sentences. */
  withoutSentences?: boolean;
}

/** The element. Its methods load what they need; except for `train`, their promises resolve when the run has received the command. */
export interface PolytaskLab extends HTMLElement, PolytaskAttributes {
  /** A copy of the run's recipe, once the sentences are open. Set, it goes before `src` and `preset`; another run starts with it. */
  get recipe(): GivenRecipe | undefined;
  set recipe(recipe: GivenRecipe | undefined);
  /** A copy of the sentences with their labels. Set, they go before `src` and `preset`; settings are chosen for them. */
  get examples(): GivenExample[] | undefined;
  set examples(examples: GivenExample[] | undefined);
  /** A copy; undefined until the element is near the screen or is used. */
  readonly state: PolytaskState | undefined;
  /**
   * Trains to the end of the run, and resolves there; while the run is paused, it waits. Rejects with an error whose message
   * says why, if the run cannot begin or go on; and with an `AbortError`, if the run is reset or its sentences are replaced, if
   * the download is cancelled, or if the element is removed or shows another run.
   */
  train(): Promise<void>;
  pause(): Promise<void>;
  /** Takes one step on these tasks; on all tasks if absent or empty. */
  step(tasks?: string[]): Promise<void>;
  /** Returns to the state before the first step; sentences and settings stay as they are. */
  reset(): Promise<void>;
  /** Classifies a sentence with every head in its current state. */
  predict(text: string): Promise<Prediction>;
  /**
   * The model in its current state, as the zip of a directory that sentence-transformers, transformers, `polytask predict` and the
   * attribute `model` open. The run waits while it is made. Rejects with an error whose message says why, if it cannot be.
   */
  save(options?: SaveOptions): Promise<Blob>;

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
  removeEventListener<K extends keyof PolytaskEventMap>(
    type: K,
    listener: (this: PolytaskLab, event: PolytaskEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: PolytaskLab, event: HTMLElementEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** Importing the package defines the tag. */
export declare const PolytaskLab: { new (): PolytaskLab };

declare global {
  /** Of workers, which have declarations of their own. The wasm module's declarations name it. */
  interface FileSystemSyncAccessHandle {}
  interface HTMLElementTagNameMap {
    'polytask-lab': PolytaskLab;
  }
  interface ElementEventMap extends PolytaskEventMap {}
  interface DocumentEventMap extends PolytaskEventMap {}
  interface WindowEventMap extends PolytaskEventMap {}
}
