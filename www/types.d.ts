// The types that cross the worker boundary. Commands and events are generated from Rust (pkg/plain/polytask.d.ts,
// from src/protocol/ and src/recipe/); only the envelopes around them are written here.

import type * as Rust from './pkg/plain/polytask.js';

export type {
  Command,
  Compared,
  Comparison,
  ComparisonRow,
  Contender,
  Evaluation,
  Gradients,
  Interference,
  Message,
  Prediction,
  Preset,
  Session,
  Spread,
  Weighting,
} from './pkg/plain/polytask.js';

/** The wasm module; every build of it has these exports. */
export type Polytask = typeof Rust;
/** The `threads` build, which has a few more. */
export type Threaded = typeof import('./pkg/threads/polytask.js');
/** The builds by the names of their folders in pkg/. */
export type Build = 'threads' | 'fused' | 'plain';

// Fields with a default may be left out when a recipe is read; Rust never leaves them out when it writes one.
export type Task = Required<Rust.Task>;
export type InlineExample = Required<Rust.InlineExample>;
type Absent =
  | 'head_learning_rate'
  | 'max_grad_norm'
  | 'gradual_unfreezing'
  | 'tasks_per_step'
  | 'early_stopping_patience';
export type Training = Required<Omit<Rust.Training, Absent>> & Pick<Rust.Training, Absent>;
export type Diagnostics = Required<Rust.Diagnostics>;
export interface Recipe extends Required<Omit<Rust.Recipe, 'tasks' | 'training' | 'validation' | 'diagnostics'>> {
  tasks: Task[];
  training: Training;
  diagnostics: Diagnostics;
  validation?: Rust.Validation;
}
export type Start = Omit<Rust.Start, 'tasks'> & { tasks: Task[] };

/** An event as the wasm module's declarations have it. */
export type AnyEvent = Rust.Event;

/** An event of a run. Named apart from the DOM's `Event`. */
export type RunEvent = Exclude<Rust.Event, { type: 'start' }> | ({ type: 'start' } & Start);

/** A task's name to something about it. */
export type ByTask<T> = Record<string, T>;

/** Sentences with their labels, and the tasks that the labels belong to. */
export interface Sentences {
  tasks: Task[];
  examples: InlineExample[];
}

/** Questions that the worker answers from the wasm module without a run: name to arguments and answer. */
export interface Questions {
  preset: { args: [preset: Rust.Preset, seed: number]; answer: Sentences };
  default_recipe: { args: [preset: string]; answer: Recipe };
  read_table: { args: [filename: string, text: string]; answer: Sentences };
}

/**
 * Page to worker. `run` is the number of a run: several share the worker. `request` is the command's own number, where its
 * events must be told from those of another.
 */
export type ToWorker =
  | { kind: 'command'; run: number; command: Rust.Command; request?: number }
  | { [Q in keyof Questions]: { kind: 'ask'; id: number; question: Q; args: Questions[Q]['args'] } }[keyof Questions]
  /** The reader's own files are the encoder. */
  | { kind: 'open'; run: number; files: File[] }
  /** The encoder that is on its way is not wanted any more. */
  | { kind: 'cancel'; run: number }
  /** The run is over; its memory is for others. */
  | { kind: 'close'; run: number };

/** Worker to page: so many threads are wanted for its wasm instance; `port` is to be told when all have started. */
export interface WantedThreads {
  kind: 'threads';
  threads: number;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  port: MessagePort;
}

/** Worker to page. */
export type FromWorker =
  | WantedThreads
  /** The wasm module is compiled; commands may come. `files`: the addresses of what the worker was loaded from. */
  | { kind: 'ready'; build: Build; threads: number; files: string[] }
  /** `of` is the command that it belongs to, `request` that command's number; `text` its lines in the notebook's printout. */
  | { kind: 'event'; run: number; event: RunEvent; of: Rust.Command['type']; text?: string; request?: number }
  | { kind: 'answer'; id: number; value: unknown }
  | ({ kind: 'refusal'; id: number } & Rust.Message)
  /** The wasm instance trapped or ran out of memory: this worker is of no more use. */
  | ({ kind: 'dead' } & Rust.Message);
