// The state of a lab's run, and the events that change it. state.js makes the next state; select.js answers questions about one.

import type { Build, Command, Compared, Comparison, InlineExample, Kept, RunEvent, Start, Weighting } from '../../types.js';
import type { Choosing, Role, TableFile } from '../document/columns.js';
import type { Change, Doc } from '../document/store.js';
import type { Table } from '../document/sentences.js';
import type { Log } from './log.js';

export type Tokens = Extract<RunEvent, { type: 'tokens' }>;
export type Saliency = Extract<RunEvent, { type: 'saliency' }>;

/** How far the reader's own run has come. `stopped`: by an error. */
export type Status = 'none' | 'preparing' | 'ready' | 'training' | 'paused' | 'ended' | 'stopped';
/** Training to the end, or one step. */
export type Move = 'train' | 'step';

export interface State {
  /** Why this browser cannot train at all; '' if it can. */
  missing: string;
  /** The build that computes and its threads, once the worker is ready. */
  engine?: { build: Build; threads: number };
  encoder: Encoder;
  run: OwnRun;
  /** Of the run on show. */
  counts: Counts;
  shown: Shown;
  /** The run before the one on show, if it had the same tasks: charts draw it faintly behind. */
  previous?: Shown;
  /** The latest start of a run, the reader's own or a recorded one. */
  started?: Started;
  replay: Replay;
  comparison: ComparisonState;
  document: Document;
  reader: Reader;
}

export interface Encoder {
  /** Address of its folder. */
  address: string;
  /** `away`: nobody has asked for it yet. `unreachable`: it did not come; Train asks again. */
  is: 'away' | 'loading' | 'here' | 'unreachable';
  /** The latest report on its way here. */
  latest?: Coming;
  /** How fast its bytes come, over the network: measured every second. */
  arrival?: Arrival;
  /** Whether nothing has come for a while, though more should. */
  isSilent?: boolean;
  /** Another one that the reader chose while this one was here. Until it is here too, this one stays. */
  next?: { address: string; latest?: Coming; returns: boolean };
  /** The address of the one before: it returns if no run can be prepared with this one. */
  former?: string;
}

/** The bytes that had come at a time, in milliseconds, and how fast the latest came, in bytes a second; 0 before that is known. */
export interface Arrival {
  at: number;
  received: number;
  rate: number;
}

/** A report on an encoder's way here. */
type Coming = Extract<RunEvent, { type: 'progress' | 'loaded' }>;

/** The reader's own run in the worker. */
export interface OwnRun {
  status: Status;
  /** The move that starts as soon as the run is prepared. */
  queued: '' | Move;
  /** The tasks that the queued step trains; all if empty. */
  only: string[];
  /** The move that was queued when the encoder did not come. */
  postponed: '' | Move;
  /** Whether a run is to be prepared as soon as encoder and document are here. */
  wanted: boolean;
  /** The document that the worker's run was configured with. */
  configured?: Doc;
  /** The step at which the run of an earlier visit will go on, while it is prepared for that. */
  resumesAt?: number;
  /** Number of the latest `configure`: events of earlier ones come too late. */
  request: number;
}

export interface Counts {
  step: number;
  epoch: number;
  /** Steps and epochs of the whole run; 0 before one is configured. */
  steps: number;
  epochs: number;
  /** The latest step of the contrastive phase before the first epoch, and its steps; absent before it. */
  contrastive?: [step: number, steps: number];
  /** The latest step's total. */
  loss?: number;
  /** Names of the run's tasks. */
  tasks: string[];
  /** Mean of the latest steps; 0 before the second. */
  msPerStep: number;
  /** Whether the latest step took so long that the mean leaves it out. */
  wasLate: boolean;
  /** When the latest step ended, in ms; 0 after a pause, which is no step that took long. */
  stepAt: number;
}

/** The shape of a run, from which views draw their axes. */
export type Outline = Pick<Start, 'tasks' | 'epochs' | 'steps_per_epoch' | 'validation_examples'>;

/** A run on show, or the empty place of one that is about to come. */
export interface Shown {
  /** Another object for each run; absent before the document is open. */
  outline?: Outline;
  /** Whether it is a recording. */
  recorded: boolean;
  events: Log<RunEvent>;
  /** Lines of the notebook's printout, each with the event that it belongs to. */
  printed: Log<{ text: string; kind: RunEvent['type'] }>;
}

export interface Started {
  event: Extract<RunEvent, { type: 'start' }>;
  /** The sentences that were sent: those with text. Rows in its events count these. */
  examples: InlineExample[];
  /** The sentences that the marks below belong to; absent when they belong to none any more. */
  table?: Table;
  /** For each of these sentences, whether the run holds it out. */
  heldOut: boolean[];
}

/** A recorded run that stands in until there is one of the reader's own. */
export interface Replay {
  is: '' | 'playing' | 'paused' | 'over';
  /** All of its events, played or not. */
  events: RunEvent[];
}

/** The runs of a comparison: each weighting with each seed. */
export interface Plan {
  weightings: Weighting[];
  seeds: number[];
  tasks: string[];
  /** The sentences and settings that it compares on. */
  table: Table;
  recipe: Doc['recipe'];
}

/** How a comparison ended: complete; by the reader; by an error; because the sentences are others. */
export type Outcome = 'done' | 'cancelled' | 'broken' | 'sentences';

/** Weightings compared beside the run, which waits meanwhile. */
export interface ComparisonState {
  /** Whether one is on. */
  on: boolean;
  /** Whether the worker has been asked to break it off. */
  cancelling: boolean;
  /** Number of its command. */
  request: number;
  /** Of the comparison that is on, or was last. */
  plan?: Plan;
  /** The runs that are over. */
  runs: Compared[];
  result?: Comparison;
  /** Absent while it is on, and before the first. */
  outcome?: Outcome;
}

export interface Document {
  /** Absent until it is open. */
  doc?: Doc;
  /** The extent of the latest edit. */
  change: Change;
  /** Whether all sentences have been replaced since the run was configured. */
  isNew: boolean;
  /** The file that the sentences were read from, if they were in this visit: its columns can be chosen again. */
  file?: TableFile;
  /** The file whose columns the reader is choosing. Its sentences come only then. */
  choosing?: Choosing;
  /** The field whose wrong entry kept a run from being prepared; another object each time. */
  refused?: { field: string };
}

/** The reader's choices beside the document. */
export interface Reader {
  /** Least time from one step's beginning to the next one's. */
  msBetween: number;
  /** The sentence under the pointer or cursor; '' before there is one. */
  pointed: string;
  /** The sentence that the reader wrote to try. */
  tried: string;
}

/** A message from the worker about a run. */
export interface WorkerEvent {
  type: 'worker event';
  event: RunEvent;
  /** The command that it belongs to, and that command's number if it has one. */
  of: Command['type'];
  request?: number;
  /** Its lines in the notebook's printout. */
  text?: string;
  /** When it came, in milliseconds. */
  at: number;
}

export type LabEvent =
  // The engine.
  | { type: 'ready'; build: Build; threads: number }
  /** The worker is gone. `beforeReady`: it never came up, and `missing` says so to the reader. */
  | { type: 'death'; beforeReady: boolean; missing: string }
  | WorkerEvent
  // A recorded run.
  | { type: 'replay'; events: RunEvent[] }
  | { type: 'replayed'; event: RunEvent; text?: string; at: number }
  | { type: 'replay over' }
  // The reader, or the page for them.
  /** Which encoder the page wants. */
  | { type: 'encoder'; address: string }
  | { type: 'wake' }
  /** The reader chose another. `returns`: it is the one before, since no run could be prepared with the latest. */
  | { type: 'choose encoder'; address: string; returns: boolean }
  | { type: 'cancel encoder' }
  /** Nothing has come for a while. */
  | { type: 'silent' }
  | { type: 'go'; what: Move; only: string[] }
  | { type: 'pause' }
  | { type: 'reset' }
  | { type: 'pace'; ms: number }
  | { type: 'point'; text: string }
  | { type: 'try'; text: string }
  | { type: 'edit'; doc: Doc; change: Change }
  /** Others take the place of all sentences. The edit follows. `file`: they are from this one. */
  | { type: 'replace'; file?: TableFile }
  /** The columns of a file are to be chosen; absent: no more. */
  | { type: 'choose columns'; choosing?: Choosing }
  | { type: 'column role'; column: number; role: Role }
  | { type: 'compare'; plan: Plan; request: number }
  // The lab, to the worker.
  /** A run is wanted as soon as it can be. */
  | { type: 'want' }
  | { type: 'configure'; request: number; goesOn: boolean }
  /** The events of a run that an earlier visit left. */
  | { type: 'told'; told: Kept['told']; at: number }
  /** That run is to go on, and to train on or not. */
  | { type: 'go on'; trains: boolean }
  /** It cannot be configured: an entry is wrong. */
  | { type: 'refuse'; field: string }
  /** The queued move is sent to the worker. */
  | { type: 'start queued' };
