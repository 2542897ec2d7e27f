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
  ModelFiles,
  Evaluation,
  Findings,
  Gradients,
  Inspection,
  Interference,
  LabelNext,
  Message,
  Prediction,
  Preset,
  SavedModel,
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
export type RunEvent = Exclude<Rust.Event, { type: 'start' }> | ({ type: 'start' } & Start) | Resumed;

/**
 * The run of an earlier visit is where it was, and can go on. `measured`: what is measured beside it. `told`: all that it told, if that differs from what was found at
 * the beginning of the visit.
 */
export interface Resumed {
  type: 'resumed';
  is: 'ready' | 'paused' | 'ended';
  measured: Rust.Diagnostics;
  told?: Kept['told'];
}

/** A file that a worker has open: tsc's DOM types lack a worker's `FileSystemSyncAccessHandle`. */
export interface OpenFile {
  getSize(): number;
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** A run that an earlier visit left. */
export interface Kept {
  recipe: Recipe;
  /** The encoder's address. */
  base: string;
  /** Its events, with their lines in the notebook's printout. */
  told: { event: RunEvent; text?: string }[];
  /** Whether it trained until it was left. */
  trains: boolean;
}

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

/** The functions of engine/reader-data.js that the page calls, with what crosses the border of the worker. */
export interface Calls {
  /** The file that the run classified last, with its answers. */
  write(written: Rust.Written, threshold: number | undefined, all: boolean): Uint8Array;
  /** The files of the run's model as it is now. The run waits until `closeModel`. */
  listModel(recipe: Recipe, headsOnly: boolean): Promise<{ path: string; bytes: number }[]>;
  /** Bytes of the file of this number. */
  readModel(i: number, offset: number, length: number): Uint8Array<ArrayBuffer>;
  closeModel(): void;
  /** Reads a saved model as a whole; returns its tasks and all of its files. */
  checkModel(
    given: [path: string, file: Blob][],
    elsewhere?: { base: string; name: string; sha256: string },
  ): Promise<{ tasks: Task[]; files: [path: string, file: Blob][] }>;
}

/** Where a saved model is. `base`: address of the package's folder; `encoder`: that of the directory with the encoder. */
export type ModelAddress = { address: string; base: string; encoder?: string };

/** What a page asks of a saved model, and the answer. */
export type ModelRequest =
  /** → the zip at `address`, a Blob, which the page unpacks */
  | ({ type: 'fetch' } & ModelAddress)
  /** `files`: those of the zip. → { tasks: Task[] } */
  | ({ type: 'open'; files?: [path: string, file: Blob][] } & ModelAddress)
  /** → the answers by the tasks' names, for each sentence */
  | { type: 'predict'; texts: string[] }
  /** → a vector for each sentence */
  | { type: 'embed'; texts: string[] }
  /** Also cancels its download. */
  | { type: 'close' };

/**
 * Messages from the page to the worker. `run` is the run's number, since several share the worker. `request` is the command's
 * number, for commands whose events must be matched to them.
 */
export type ToWorker =
  /** The first message: the address of each build's wasm module, the pairs of engine/encoder/moved.js, and the name of the
   * worker's lock (engine/lifeline.js). */
  | { kind: 'start'; modules: Record<Build, string>; moved: string[][]; lock: string }
  | { kind: 'command'; run: number; command: Rust.Command; request?: number }
  | { [Q in keyof Questions]: { kind: 'ask'; id: number; question: Q; args: Questions[Q]['args'] } }[keyof Questions]
  /** Uses the reader's own files as the encoder. `base`: the address under which they are kept. */
  | { kind: 'open'; run: number; base: string; files: [path: string, file: Blob][]; name: string }
  /** Calls a function of engine/reader-data.js for the run. */
  | { kind: 'call'; id: number; run: number; name: keyof Calls; args: unknown[] }
  /** Asks the saved model of this number. */
  | { kind: 'model'; id: number; run: number; request: ModelRequest }
  /** Keeps the run from visit to visit, under this key. The answer is what an earlier visit left, if one may have (`finds`). */
  | { kind: 'keep'; id: number; run: number; key: string; finds: boolean; isLost: boolean }
  /** Goes on with the run that an earlier visit left; where that fails, `recipe` is configured. */
  | { kind: 'resume'; run: number; recipe: Recipe; keep_heads: boolean; request: number }
  /** This run is configured as soon as the encoder at `base`, which is on its way, is here. */
  | { kind: 'expect'; run: number; base: string; recipe: Recipe; keep_heads: boolean }
  /** The page is out of sight and may be gone soon: writes where the run is. */
  | { kind: 'save'; run: number }
  /** Removes what is kept of the run. */
  | { kind: 'forget'; run: number }
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
  /** The worker holds its lock. */
  | { kind: 'alive' }
  /** The worker asks for a lock that all pages of the origin share (1), or lets go of one (-1). */
  | { kind: 'locks'; more: 1 | -1 }
  /** The wasm module is compiled, and the worker accepts commands. `files`: addresses of the files that it loaded. */
  | { kind: 'ready'; build: Build; threads: number; files: string[] }
  /** `of`: type of the command that the event belongs to; `request`: its number; `text`: the event's lines in the notebook's printout. */
  | { kind: 'event'; run: number; event: RunEvent; of: Rust.Command['type']; text?: string; request?: number }
  | { kind: 'answer'; id: number; value: unknown }
  | ({ kind: 'refusal'; id: number } & Rust.Message)
  /** The wasm instance trapped or ran out of memory: the worker is unusable. */
  | ({ kind: 'dead' } & Rust.Message);
