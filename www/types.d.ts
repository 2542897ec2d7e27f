// The types of messages between the page and the worker. Commands and events are generated from Rust (pkg/plain/polytask.d.ts,
// from src/protocol/ and src/recipe/); this file declares the messages that contain them.

import type * as Rust from './pkg/plain/polytask.js';

export type {
  Change,
  Classification,
  Classified,
  Command,
  Compared,
  Columns,
  Comparison,
  ComparisonRow,
  Contender,
  DataCheck,
  Evaluation,
  Findings,
  Gradients,
  Inspection,
  Interference,
  LabelNext,
  Message,
  Prediction,
  Preset,
  Session,
  Spread,
  Weighting,
  Written,
} from './pkg/plain/polytask.js';

/** The exports of the wasm module that every build has. */
export type Polytask = typeof Rust;
/** The exports of the `threads` build, which has a few more. */
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
/** A recipe as people write it, and a sentence of one: most fields may be left out. */
export type GivenRecipe = Rust.Recipe;
export type GivenExample = Rust.InlineExample;
export type Start = Omit<Rust.Start, 'tasks'> & { tasks: Task[] };

/** An event as declared by the wasm module. */
export type AnyEvent = Rust.Event;

/** An event of a run. Named apart from the DOM's `Event`. */
export type RunEvent = Exclude<Rust.Event, { type: 'start' }> | ({ type: 'start' } & Start);

/** A value for each task, by the task's name. */
export type ByTask<T> = Record<string, T>;

/** Sentences with their labels, the tasks that the labels belong to, and what was assumed to read them. */
export interface Sentences {
  tasks: Task[];
  examples: InlineExample[];
}

/** Sentences from a file, the column that they are from, and what was assumed to read it. */
export type Table = Sentences & Pick<Rust.FileExamples, 'text' | 'notes'>;

/** Questions that the worker answers without a run: each is an export of the wasm module with these arguments and answer. */
export interface Questions {
  preset: { args: [preset: Rust.Preset, seed: number]; answer: Sentences };
  settings_for: { args: [recipe: Recipe]; answer: { training: Training; summary: Rust.Message } };
  default_recipe: { args: [preset: string]; answer: Recipe };
  inspect_table: { args: [filename: string, bytes: Uint8Array]; answer: Rust.Inspection };
  /** Without `columns`: those that can be meant. */
  read_table: { args: [filename: string, bytes: Uint8Array, columns?: Partial<Rust.Columns>]; answer: Table };
}

/**
 * Messages from the page to the worker. `run` is the run's number, since several share the worker. `request` is the command's
 * number, for commands whose events must be matched to them.
 */
export type ToWorker =
  /** The first message: the address of each build's wasm module, and the pairs of engine/encoder/moved.js. */
  | { kind: 'start'; modules: Record<Build, string>; moved: string[][] }
  | { kind: 'command'; run: number; command: Rust.Command; request?: number }
  | { [Q in keyof Questions]: { kind: 'ask'; id: number; question: Q; args: Questions[Q]['args'] } }[keyof Questions]
  /** Uses the reader's own files as the encoder. `base`: the address under which they are kept. */
  | { kind: 'open'; run: number; base: string; files: [path: string, file: Blob][]; name: string }
  /** Writes the file that the run classified last. */
  | { kind: 'write'; id: number; run: number; written: Rust.Written; threshold: number | undefined; all: boolean }
  /** Cancels the encoder's download for this run. */
  | { kind: 'cancel'; run: number }
  /** Ends the run and frees its memory. */
  | { kind: 'close'; run: number };

/** Worker to page: requests `threads` threads for its wasm instance. The page posts to `port` when all have started. */
export interface WantedThreads {
  kind: 'threads';
  threads: number;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  port: MessagePort;
}

/** Messages from the worker to the page. */
export type FromWorker =
  | WantedThreads
  /** The wasm module is compiled, and the worker accepts commands. `files`: addresses of the files that it loaded. */
  | { kind: 'ready'; build: Build; threads: number; files: string[] }
  /** `of`: type of the command that the event belongs to; `request`: its number; `text`: the event's lines in the notebook's printout. */
  | { kind: 'event'; run: number; event: RunEvent; of: Rust.Command['type']; text?: string; request?: number }
  | { kind: 'answer'; id: number; value: unknown }
  | ({ kind: 'refusal'; id: number } & Rust.Message)
  /** The wasm instance trapped or ran out of memory: the worker is unusable. */
  | ({ kind: 'dead' } & Rust.Message);
