// The options of a new lab.

import type { Diagnostics, RunEvent } from '../types.js';
import type { Words } from '../strings/words.js';
import type { Wish } from './document/sources.js';
import type { EncoderChoice } from './encoder/choice.js';
import type { Store } from './document/store.js';

/** A button in a message. */
export interface Action {
  label: string;
  run(): void;
}

/** Where a lab's messages go. */
export interface Notices {
  /** Says what went wrong. Stays until it is dismissed, replaced or cleared. */
  error(text: string, ...actions: Action[]): void;
  /** Says what was done. Returns what removes the message. */
  notice(text: string, ...actions: Action[]): () => void;
  /** A warning of the run; goes when the next run begins. */
  warning(text: string): void;
  /** Says what holds from now on. Stays until it is dismissed. */
  lasting(text: string): void;
  forgetWarnings(): void;
  forgetErrors(): void;
  clear(): void;
}

/** Events of the page that a lab listens for. */
export interface PageEvents {
  /** The page's address has become a link that holds a run. */
  onLink(): void;
  /** The page goes out of sight. */
  onHide(): void;
  /** The reader leaves the page. */
  onLeave(): void;
}

export interface LabOptions {
  words: Words;
  /** Address of the package's folder, where the encoders are. */
  base: string;
  notices: Notices;
  store: Store;
  /** The encoder that was chosen last. */
  choice: EncoderChoice;
  /** The document and encoder that the page asks for. Rejects with one sentence. */
  wish(): Promise<Wish>;
  /** The document to open where that one cannot be had. */
  fallback: Wish;
  /** The name under which the run is kept from visit to visit; absent: it is not. */
  keep?: string;
  /** Whether to fetch the encoder and train without being asked. */
  autostart: boolean;
  /** Whether links of the page's address are for this lab. */
  linked: boolean;
  /** Address of a recorded run that plays until the encoder is here. */
  record?: string;
  /** The measurements that the views need beside the run. */
  measured: Partial<Diagnostics>;
  /** Returns a function that calls `show`: at most once a frame, and at once where there are no frames. */
  perFrame(show: () => void): () => void;
  /** Listens to the page. Returns a function that ends it. */
  listen(heard: PageEvents): () => void;
  onEvent(event: RunEvent): void;
  onState(): void;
}
