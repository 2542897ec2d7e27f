// Keeps a run from visit to visit: its recipe, what happened in it, and checkpoints, from which it goes on bit for bit. Loaded when
// a page asks for it.
//
// Training is deterministic. So a checkpoint may be old: what the journal says that happened after it is done again, silently, and
// the run is where it was.

import { messageOf, messagesOf } from './failure.js';
import { found, goBack } from './keeping/back.js';
import { openFolder } from './keeping/folder.js';
import { Journal } from './keeping/journal.js';
import { removeOld } from './keeping/old.js';
import { isFatal } from './worker-failure.js';
import english from '../strings/keeping-errors.en.js';

/** @typedef {import('../types.js').Kept} Kept */
/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').Session} Session */
/** @typedef {import('./keeping/journal.js').Entry} Entry */
/** @typedef {import('./keeping/journal.js').Diagnostics} Diagnostics */
/** @typedef {import('./runner.js').Recipe} Recipe */

const { message } = messagesOf(english);
/** Checkpoints take a twentieth of the time at most. */
const SHARE = 1 / 20;
/** So long is the first one taken to last, in ms. */
const FIRST_MS = 50;

export class Keeping {
  #key;
  #warn;
  /** Codes of the warnings that the page has had. */
  #warned = new Set();
  /** @type {Promise<void> | undefined} */
  #opening;
  /** @type {import('./keeping/folder.js').Folder | undefined} */
  #folder;
  #journal = new Journal([]);
  /** Why there is no folder. @type {Message | undefined} */
  #refused;
  #isClosed = false;
  /** The run of an earlier visit. @type {import('./keeping/back.js').Found | undefined} */
  #found;
  /** A run that has not begun: until it does, an earlier one is kept. @type {{ recipe: Recipe, base: string, entries: Entry[] } | undefined} */
  #next;
  /** Whether the session's run is the one that is kept. */
  #isOn = false;
  /** @type {import('./keeping/back.js').Place} */
  #place = { pieces: 0, tasks: [], measured: {} };
  /** Number of the latest checkpoint, and the slot that it is in. */
  #sequence = 0;
  #slot = 0;
  /** When it was written, how long that took, and the length of the journal then. */
  #saved = { at: 0, ms: FIRST_MS, length: 0 };

  /** @param {string} key @param {(warning: Message) => void} warn */
  constructor(key, warn) {
    this.#key = key;
    this.#warn = warn;
  }

  // ---- what an earlier visit left

  /** @param {boolean} isLost Whether the worker that kept it was lost a moment ago. @returns {Promise<Kept | undefined>} */
  async find(isLost) {
    await this.#open(isLost);
    if (!this.#folder || this.#isOn) return undefined;
    this.#found = found(this.#folder, this.#journal);
    return this.#found?.kept;
  }

  /**
   * Goes on with it.
   *
   * @param {import('../types.js').Polytask} polytask
   * @param {Session} session
   * @param {(recipe: Recipe) => Promise<RunEvent[] | undefined>} begin Begins a run in the session; nothing if it was stopped.
   * @param {() => boolean} wanted
   * @returns {Promise<import('./keeping/back.js').Resumed | import('./keeping/back.js').Lost | undefined>} Nothing if it was stopped.
   */
  async resume(polytask, session, begin, wanted) {
    // The run that was found stays: a damaged encoder may be replaced, and then it is tried again.
    const back = await goBack(polytask, session, { folder: this.#folder, journal: this.#journal, found: this.#found }, begin, wanted);
    if (!back || 'why' in back) return back;
    const { resumed, place, slot, sequence, length } = back;
    this.#place = place;
    this.#sequence = sequence;
    this.#slot = slot;
    this.#saved = { at: performance.now(), ms: FIRST_MS, length };
    this.#isOn = true;
    this.#found = undefined;
    return resumed;
  }

  // ---- the run of this visit

  /** Another run is being prepared: the one before does no more. */
  stop() {
    this.#isOn = false;
    this.#next = undefined;
  }

  /**
   * A run is prepared. It takes an earlier one's place when it begins.
   *
   * @param {Recipe} recipe
   * @param {string} base The encoder's address.
   * @param {RunEvent[]} events
   * @param {(string | null)[]} texts
   */
  prepared(recipe, base, events, texts) {
    this.#found = undefined;
    this.#next = { recipe, base, entries: entriesOf(events, texts) };
  }

  /** Before the first move of a run: the folder is open, or the reader has heard why not. */
  async begin() {
    const next = this.#next;
    if (!next) return;
    await this.#open();
    if (next !== this.#next) return;
    this.#next = undefined;
    if (!this.#folder) return this.#refused && this.#say(this.#refused);
    const { recipe, base, entries } = next;
    const { recipe: file } = this.#folder;
    this.#try(() => {
      this.forget();
      const measured = entries.findLast((entry) => 'observe' in entry)?.observe ?? recipe.diagnostics ?? {};
      this.#place = { pieces: 0, tasks: [], measured };
      this.#sequence = 0;
      this.#saved = { at: performance.now(), ms: FIRST_MS, length: 0 };
      this.#journal.begin();
      this.#journal.add(entries);
      const bytes = new TextEncoder().encode(JSON.stringify({ recipe, base }));
      if (file.write(bytes, { at: 0 }) < bytes.length) throw new DOMException('The storage is full.', 'QuotaExceededError');
      file.flush();
      this.#isOn = true;
    });
  }

  /** The run moves from now on. @param {'train' | 'step'} is @param {string[]} tasks The tasks that steps train; all if empty. */
  moves(is, tasks) {
    this.#place.tasks = tasks;
    this.#write([{ at: this.#place.pieces, is, tasks }]);
  }

  /** @param {Diagnostics} observe What is measured from now on. */
  observes(observe) {
    this.#place.measured = observe;
    // A run that has not begun is configured with the latest.
    if (this.#next) this.#next.entries.push({ at: 0, observe });
    this.#write([{ at: this.#place.pieces, observe }]);
  }

  /** A piece of work is done. @param {RunEvent[]} events @param {(string | null)[]} texts */
  did(events, texts) {
    this.#place.pieces += 1;
    if (events.length > 0) this.#write(entriesOf(events, texts));
  }

  /** The run has answered, and the page shows the answer with it. @param {RunEvent} event */
  answered(event) {
    this.#write([{ event, aside: true }]);
  }

  /** The run moves no more. @param {Session} session */
  pause(session) {
    this.#write([{ at: this.#place.pieces, is: 'pause' }]);
    this.save(session);
  }

  /** Writes a checkpoint, if it is time for one. @param {Session} session */
  saveInTime(session) {
    if (this.#isOn && (performance.now() - this.#saved.at) * SHARE >= this.#saved.ms) this.save(session);
  }

  /** Writes a checkpoint. @param {Session} session */
  save(session) {
    const folder = this.#folder;
    if (!this.#isOn || !folder || this.#saved.length === this.#journal.length) return;
    this.#try(() => {
      const began = performance.now();
      if (this.#journal.isLong) this.#journal.thin();
      this.#journal.flush();
      const { number: journal, length } = this.#journal;
      /** @type {import('./keeping/back.js').Notes} */
      const notes = { sequence: this.#sequence + 1, journal, length, ...this.#place };
      const slot = 1 - this.#slot;
      session.checkpoint(folder.slots[slot], { run: JSON.stringify(notes) });
      this.#sequence += 1;
      this.#slot = slot;
      const at = performance.now();
      this.#saved = { at, ms: at - began, length };
    });
  }

  /** Removes what is kept. */
  forget() {
    this.#isOn = false;
    this.#found = undefined;
    if (!this.#folder) return;
    // The recipe first: without it there is no run, whatever else there is.
    for (const file of [this.#folder.recipe, ...this.#folder.slots]) file.truncate(0);
    this.#folder.recipe.flush();
    this.#journal.clear();
  }

  /** What is kept stays, for another visit. */
  close() {
    this.#isClosed = true;
    this.stop();
    this.#folder?.close();
    this.#folder = undefined;
  }

  // ---- the folder

  /** Opens it, unless it is open. @param {boolean} [isLost] */
  async #open(isLost) {
    if (this.#folder) return;
    this.#opening ??= openFolder(this.#key, isLost).then(
      (folder) => {
        this.#refused = folder ? undefined : message('keeping.other_tab');
        if (!folder) return;
        if (this.#isClosed) return folder.close();
        this.#folder = folder;
        this.#journal = new Journal(folder.journals);
        removeOld();
      },
      () => {
        this.#refused = message('keeping.no_storage');
      },
    );
    await this.#opening;
    this.#opening = undefined;
  }

  /** @param {Entry[]} entries */
  #write(entries) {
    if (this.#isOn) this.#try(() => this.#journal.add(entries));
  }

  /** Does `work`. If that fails, the run is kept no longer. @param {() => void} work */
  #try(work) {
    try {
      work();
    } catch (error) {
      if (isFatal(error)) throw error;
      this.#isOn = false;
      try {
        this.forget(); // It would take room for nothing.
      } catch {
        // What is left is refused by its hash, or has no recipe.
      }
      const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
      this.#say(isFull ? message('keeping.no_room') : message('keeping.failed', { why: messageOf(error) }));
    }
  }

  /** @param {Message} warning */
  #say(warning) {
    if (this.#warned.has(warning.code)) return;
    this.#warned.add(warning.code);
    this.#warn(warning);
  }
}

/** @param {RunEvent[]} events @param {(string | null)[]} texts @returns {Entry[]} */
const entriesOf = (events, texts) => events.map((event, i) => ({ event, ...(texts[i] && { text: texts[i] }) }));
