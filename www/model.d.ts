// The types of model.js, of which no other module is made: the compiler uses these declarations in its place.

/** One of a model's tasks, with its labels in the order of its head. */
export interface Task {
  name: string;
  labels: string[];
}

/** The answer to a sentence for one task. */
export interface Answer {
  /** The most probable label. */
  label: string;
  /** Its probability, from 0 to 1. */
  probability: number;
  /** The probability of each label; they add up to 1. */
  probabilities: Record<string, number>;
}

export interface Progress {
  file: string;
  /** Bytes that are here, of `total` in this directory. */
  received: number;
  total: number;
  /** Whether the file was kept by an earlier visit. */
  cached: boolean;
}

export interface LoadOptions {
  /** Its abort cancels the download: `load` rejects with the signal's reason. */
  signal?: AbortSignal;
  onprogress?: (progress: Progress) => void;
  /**
   * `false`: one thread, even where the page is cross-origin isolated. Otherwise as many as the machine has cores, 8 at most. The
   * first model of a page decides for all.
   */
  threads?: boolean;
  /**
   * The address of the directory with the encoder of a model that consists of heads alone. Without it, the encoder is taken from
   * the folder `models` beside this script or from the Hugging Face hub, by the name that the model gives.
   */
  encoder?: string | URL;
}

/** An error with a stable code beside its English sentence, for pages that write their own. */
export interface ModelError extends Error {
  code: string;
  params: Record<string, unknown>;
}

/** Rejections are {@link ModelError}s. */
export interface Model {
  readonly tasks: readonly Task[];
  /** The answers for each sentence, by the names of the tasks. */
  predict(texts: readonly string[]): Promise<Record<string, Answer>[]>;
  /** The sentence vector of each sentence, as the heads see it. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  /** Frees the model's memory. The page's worker ends with its last model. */
  close(): void;
}

/**
 * Loads a model that Polytask has saved.
 *
 * @param address Its directory, with config.json, tokenizer.json and model.safetensors, or its zip; relative to the page.
 */
export declare function load(address: string | URL, options?: LoadOptions): Promise<Model>;
