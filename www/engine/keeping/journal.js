// What happened in a kept run, a JSON object a line: its events, and each input that the events depend on. The first line is the
// journal's number.
//
// A piece of work is written before the page hears of it, so a crash loses no more than the piece under way. A journal that has
// grown long is thinned into the other file, under the next number: a checkpoint names the journal that it belongs to, and the
// journal of an earlier one stays until then.

/** @typedef {Extract<import('../../types.js').Command, { type: 'observe' }>['diagnostics']} Diagnostics */
/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {import('../../types.js').OpenFile} OpenFile */

/**
 * @typedef {{ number: number }} First
 * @typedef {{ event: RunEvent, text?: string, aside?: true }} Told An event, with its lines in the notebook's printout. `aside`: the
 *   answer to a question, which is no part of the training.
 * @typedef {{ at: number, is: 'train' | 'step' | 'pause', tasks?: string[] }} Move `at`: after so many pieces of work.
 * @typedef {{ at: number, observe: Diagnostics }} Observe
 * @typedef {Told | Move | Observe} Entry
 * @typedef {{ entry: Entry, end: number }} Line `end`: the journal's length with it, in bytes.
 */

/** Bytes after which a journal is thinned. */
const LONG = 8e6;
const NEWLINE = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Journal {
  #files;
  /** Which of the files is written. */
  #file = 0;
  #number = 0;
  #length = 0;
  #long = LONG;

  /** @param {OpenFile[]} files Two. */
  constructor(files) {
    this.#files = files;
  }

  get number() {
    return this.#number;
  }

  /** In bytes. */
  get length() {
    return this.#length;
  }

  get isLong() {
    return this.#length > this.#long;
  }

  /** Removes what there is and begins anew. */
  begin() {
    this.clear();
    this.#write(`${JSON.stringify({ number: 0 })}\n`);
  }

  clear() {
    for (const file of this.#files) file.truncate(0);
    this.#file = this.#number = this.#length = 0;
    this.#long = LONG;
  }

  /**
   * Reads a journal; it is the one that is written from now on.
   *
   * @param {number} [number] The latest if absent.
   * @returns {Line[] | undefined} Nothing if there is no such journal.
   */
  open(number) {
    const found = this.#files.map((file) => readLines(file));
    const numbers = found.map(({ first }) => first ?? -1);
    const wanted = number ?? Math.max(...numbers);
    const file = numbers.indexOf(wanted);
    if (wanted < 0 || file < 0) return undefined;
    // A later one was made for a checkpoint that was not completed.
    if (numbers[1 - file] > wanted) this.#files[1 - file].truncate(0);
    this.#file = file;
    this.#number = wanted;
    const { lines, start } = found[file];
    this.cut(lines.at(-1)?.end ?? start);
    return lines;
  }

  /** @param {Entry[]} entries @returns {number} The journal's length. */
  add(entries) {
    if (entries.length > 0) this.#write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    return this.#length;
  }

  /** Removes what is behind so many bytes. @param {number} length */
  cut(length) {
    this.#files[this.#file].truncate(length);
    this.#length = length;
  }

  /** Has the system write it to the disk. */
  flush() {
    this.#files[this.#file].flush();
  }

  /** Goes on in the other file, with every second step and the latest map. */
  thin() {
    const { lines } = readLines(this.#files[this.#file]);
    const kept = thinned(lines.map(({ entry }) => entry));
    this.#file = 1 - this.#file;
    this.#number += 1;
    this.cut(0);
    this.#write([{ number: this.#number }, ...kept].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    this.#long = Math.max(LONG, 2 * this.#length);
  }

  /** @param {string} text */
  #write(text) {
    const bytes = encoder.encode(text);
    const written = this.#files[this.#file].write(bytes, { at: this.#length });
    // Some browsers write less in place of an error.
    if (written < bytes.length) throw new DOMException('The storage is full.', 'QuotaExceededError');
    this.#length += bytes.length;
  }
}

/** Entries that show the same run with fewer points. What is before a checkpoint is only shown, never done again. @param {Entry[]} entries */
function thinned(entries) {
  const lastMap = entries.findLastIndex((entry) => 'event' in entry && entry.event.type === 'map');
  const lastMove = entries.findLastIndex((entry) => 'is' in entry);
  let steps = 0;
  return entries.filter((entry, i) => {
    if (!('event' in entry)) return i === lastMove;
    if (entry.event.type === 'map') return i === lastMap;
    return entry.event.type !== 'step' || steps++ % 2 === 0;
  });
}

/**
 * The whole lines of a file. What a crash has torn off is left out.
 *
 * @param {OpenFile} file
 * @returns {{ first?: number, start: number, lines: Line[] }} `start`: where the lines begin.
 */
function readLines(file) {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  const found = [];
  for (let at = 0, end; (end = bytes.indexOf(NEWLINE, at)) >= 0; at = end + 1) {
    try {
      found.push({ entry: JSON.parse(decoder.decode(bytes.subarray(at, end))), end: end + 1 });
    } catch {
      break;
    }
  }
  const [first, ...lines] = found;
  return { first: first?.entry?.number, start: first?.end ?? 0, lines };
}
