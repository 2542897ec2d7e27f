// What a lab is given when it is made.

import type { Diagnostics, RunEvent } from '../types.js';
import type { Words } from '../strings/words.js';
import type { Wish } from './document/sources.js';
import type { Store } from './document/store.js';

/** A button in a message. */
export interface Action {
  label: string;
  run(): void;
}

/** Where a lab's messages go. */
export interface Notices {
  /** What went wrong. Stays until it is dismissed, replaced or cleared. */
  error(text: string, ...actions: Action[]): void;
  /** What was done. Returns what takes it back. */
  notice(text: string, ...actions: Action[]): () => void;
  /** What a run has to warn of; goes when the next run begins. */
  warning(text: string): void;
  forgetWarnings(): void;
  forgetErrors(): void;
  clear(): void;
}

export interface LabOptions {
  words: Words;
  /** Address of the package's folder, where its encoders lie. */
  base: string;
  notices: Notices;
  store: Store;
  /** What the page asks for in place of the first preset. Rejects with one sentence. */
  wish(): Promise<Wish>;
  /** What to open where that cannot be had. */
  fallback: Wish;
  /** Whether to fetch the encoder and train without being asked. */
  autostart: boolean;
  /** Whether the page's address is that of this lab. */
  linked: boolean;
  /** Address of a recorded run that plays until the encoder is here. */
  record?: string;
  /** What to measure beside the run. */
  measured: Partial<Diagnostics>;
  onEvent(event: RunEvent): void;
  onState(): void;
}
