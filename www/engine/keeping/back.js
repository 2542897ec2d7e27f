// Goes back to a kept run: finds what an earlier visit left, and brings a session to where that run was.

import { breathe } from '../breathe.js';
import { messageOf, messagesOf } from '../failure.js';
import { isFatal } from '../worker-failure.js';
import english from '../../strings/keeping-errors.en.js';

/** @typedef {import('../../types.js').Kept} Kept */
/** @typedef {import('../../types.js').Message} Message */
/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {import('../../types.js').Session} Session */
/** @typedef {import('../runner.js').Recipe} Recipe */
/** @typedef {import('./folder.js').Folder} Folder */
/** @typedef {import('./journal.js').Entry} Entry */
/** @typedef {import('./journal.js').Journal} Journal */
/** @typedef {import('./journal.js').Line} Line */
/**
 * Where a run is: how many pieces of work it has done, the tasks that its steps train (all if empty), and what is measured beside it.
 *
 * @typedef {{ pieces: number, tasks: string[], measured: import('./journal.js').Diagnostics }} Place
 */
/** What a checkpoint's notes say: its number, its place in the journal, and where the run was. @typedef {{ sequence: number, journal: number, length: number } & Place} Notes */
/** A run of an earlier visit. @typedef {{ recipe: Recipe, lines: Line[], kept: Kept }} Found */
/** The warning that the run begins anew. @typedef {{ why: Message }} Lost */
/**
 * The run goes on.
 *
 * @typedef {{ start: RunEvent & { type: 'start' } } & Omit<import('../../types.js').Resumed, 'type'>} Resumed
 */
/**
 * The same, with where it is, and its latest checkpoint: the slot that it is in, its number and the length of its journal.
 *
 * @typedef {{ resumed: Resumed, place: Place, slot: number, sequence: number, length: number }} Back
 */

const { message } = messagesOf(english);

/**
 * The run in a folder; nothing if there is none, or if it was damaged before its first step.
 *
 * @param {Folder} folder
 * @param {Journal} journal
 * @returns {Found | undefined}
 */
export function found({ recipe: file }, journal) {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  visit(file, bytes);
  try {
    const { recipe, base } = JSON.parse(new TextDecoder().decode(bytes));
    const lines = journal.open() ?? [];
    const told = toldBy(lines);
    if (!told.some(({ event }) => event.type !== 'start' && event.type !== 'warning')) return undefined;
    return { recipe, lines, kept: { recipe, base, told, trains: stateOf(lines) === 'training' } };
  } catch {
    return undefined;
  }
}

/** Makes a file as new as this visit: see old.js. @param {import('../../types.js').OpenFile} file @param {Uint8Array<ArrayBuffer>} bytes What it holds. */
function visit(file, bytes) {
  try {
    file.write(bytes.subarray(0, 1), { at: 0 });
  } catch {
    // There is no room at all: the run can be found all the same.
  }
}

/**
 * Brings a session to where the run was.
 *
 * @param {import('../../types.js').Polytask} polytask
 * @param {Session} session
 * @param {{ folder?: Folder, journal: Journal, found?: Found }} kept
 * @param {(recipe: Recipe) => Promise<RunEvent[] | undefined>} begin Begins a run in the session; nothing if it was stopped.
 * @param {() => boolean} wanted
 * @returns {Promise<Back | Lost | undefined>} Nothing if it was stopped.
 */
export async function goBack(polytask, session, { folder, journal, found }, begin, wanted) {
  if (!folder || !found) return lost(message('keeping.journal'));
  let { ways, why } = waysBack(polytask, folder);
  for (const { notes, slot } of ways) {
    const events = await begin(found.recipe);
    const [start] = events ?? [];
    if (start?.type !== 'start') return undefined;
    try {
      if (notes) session.restore(folder.slots[slot]);
      const { pieces = 0, tasks = [], measured = found.recipe.diagnostics ?? {}, sequence = 0, length } = notes ?? {};
      /** @type {Place} */
      const place = { pieces, tasks, measured };
      session.observe(measured);
      const lines = journal.open(notes?.journal ?? 0);
      if (!lines) throw new Error(message('keeping.journal').message);
      const isSame = await catchUp(session, journal, place, lines, length, events ?? [], wanted);
      if (isSame === undefined) return undefined;
      const state = stateOf(lines);
      const told = isSame && lines.length === found.lines.length ? undefined : toldBy(lines);
      /** @type {Resumed} */
      const resumed = { start, is: state === 'training' ? 'paused' : state, measured: place.measured, told };
      return { resumed, place, slot, sequence, length: length ?? 0 };
    } catch (error) {
      if (isFatal(error)) throw error;
      why = messageOf(error);
    }
  }
  return lost(why ?? message('keeping.journal'));
}

/**
 * The checkpoints, the latest first; and the run's beginning, if no more than one was written.
 *
 * @param {import('../../types.js').Polytask} polytask
 * @param {import('./folder.js').Folder} folder
 */
function waysBack({ checkpoint_notes }, { slots }) {
  /** @type {{ slot: number, notes?: Notes }[]} */
  const ways = [];
  /** @type {Message | undefined} */
  let why;
  for (const [slot, file] of slots.entries()) {
    try {
      if (file.getSize() > 0) ways.push({ slot, notes: JSON.parse(checkpoint_notes(file).run) });
    } catch (error) {
      if (isFatal(error)) throw error;
      why = messageOf(error);
    }
  }
  ways.sort((a, b) => Number(b.notes?.sequence) - Number(a.notes?.sequence));
  const written = slots.findIndex((file) => file.getSize() > 0);
  if (slots.some((file) => file.getSize() === 0)) ways.push({ slot: Math.max(0, written) });
  return { ways, why };
}

/**
 * Does again what happened after the checkpoint. Where something else happens now, the journal is cut there, and the run goes on
 * from there.
 *
 * @param {Session} session
 * @param {Journal} journal
 * @param {Place} place Becomes that of the run as it is afterwards.
 * @param {Line[]} lines Become those of the run as it is afterwards.
 * @param {number | undefined} length The journal's at the checkpoint; absent: the run has just begun.
 * @param {RunEvent[]} begun The run's first events.
 * @param {() => boolean} wanted
 * @returns {Promise<boolean | undefined>} Whether the same happened; nothing if it was stopped.
 */
async function catchUp(session, journal, place, lines, length, begun, wanted) {
  let isSame = true;
  let i = length === undefined ? 0 : lines.filter(({ end }) => end <= length).length;
  let isOver = lines.slice(0, i).some(({ entry }) => isEnd(entry));
  const cut = () => {
    if (i === lines.length) return;
    journal.cut(lines[i - 1]?.end ?? 0);
    lines.length = i;
    isSame = false;
  };
  /** @param {RunEvent[]} events */
  const take = (events) => {
    const texts = session.lines();
    for (const [k, event] of events.entries()) {
      while (lines[i] && 'aside' in lines[i].entry) i += 1;
      const entry = lines[i]?.entry;
      if (!entry || !('event' in entry) || JSON.stringify(entry.event) !== JSON.stringify(event)) {
        cut();
        const told = { event, text: texts[k] ?? undefined };
        lines.push({ entry: told, end: journal.add([told]) });
        isSame = false;
      }
      isOver ||= event.type === 'end';
      i += 1;
    }
  };
  if (length === undefined) take(begun);
  while (i < lines.length) {
    const { entry } = lines[i];
    if ('aside' in entry) {
      i += 1;
    } else if ('at' in entry && entry.at <= place.pieces) {
      if ('observe' in entry) session.observe((place.measured = entry.observe));
      else place.tasks = entry.tasks ?? place.tasks;
      i += 1;
    } else if (isOver) {
      cut(); // Nothing happens after the end.
    } else {
      const events = /** @type {RunEvent[]} */ (session.advance(place.tasks));
      place.pieces += 1;
      take(events);
      await breathe();
      if (!wanted()) return undefined;
    }
  }
  return isSame;
}

/** @param {Message} why @returns {Lost} */
const lost = (why) => ({ why: message('keeping.lost', { why }) });

/** The run's events. Of its maps, each of which holds those before it, only the latest. @param {Line[]} lines @returns {Kept['told']} */
function toldBy(lines) {
  const told = lines.flatMap(({ entry }) => ('event' in entry ? [{ event: entry.event, text: entry.text }] : []));
  const map = told.findLastIndex(({ event }) => event.type === 'map');
  return told.filter(({ event }, i) => event.type !== 'map' || i === map);
}

/** @param {Entry} entry */
const isEnd = (entry) => 'event' in entry && entry.event.type === 'end';

/** @param {Line[]} lines */
function stateOf(lines) {
  if (lines.some(({ entry }) => isEnd(entry))) return 'ended';
  const move = lines.findLast(({ entry }) => 'is' in entry)?.entry;
  if (move && 'is' in move && move.is === 'train') return 'training';
  return move ? 'paused' : 'ready';
}
