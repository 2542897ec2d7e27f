// Shows a check's findings. A click leads to the row; a probable label error can be corrected or kept.

import { addClass, labelOf, redefineTask, setLabel } from '../lab/document/sentences.js';
import { brief } from '../ui/brief.js';
import { h } from '../ui/dom.js';
import { ownData, whyNot } from './own-data.js';

/** @typedef {import('../types.js').Findings} Findings */
/** @typedef {import('../types.js').InlineExample} InlineExample */

/** How many of a kind are listed until the reader asks for all. */
const FEW = 5;
/** So many more are listed each time that the reader asks for more. */
const MORE = 200;

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {HTMLElement} element Shows the findings.
 * @param {(row: number) => void} showRow
 * @param {() => void} closed Called when the reader closes the findings.
 * @returns {Promise<() => void>} Checks the data anew.
 */
export async function createCheck(lab, element, showRow, closed) {
  const own = await ownData(lab, element);
  const words = own.check;
  const { n } = lab.words;
  const { store } = lab;
  /** The suspected labels that the reader keeps: sentence, task and label, as JSON. @type {Set<string>} */
  const kept = new Set();
  /** The sentences that were checked. @type {InlineExample[]} */
  let checked = [];
  /** Number of the latest check. */
  let latest = 0;
  const status = h('p', { className: 'aside', role: 'status', dataset: { part: 'check-status' } });
  const list = h('div', { className: 'finding-list', dataset: { part: 'finding-list' } });
  const again = h('button', { type: 'button', className: 'quiet' }, words.again);
  const close = h('button', { type: 'button', className: 'quiet' }, own.close);
  element.replaceChildren(
    h('header', {}, h('h4', { id: 'h-findings', tabIndex: -1 }, words.title), h('div', { className: 'buttons' }, again, close)),
    status,
    list,
  );
  again.addEventListener('click', check);
  close.addEventListener('click', () => {
    latest += 1;
    element.hidden = true;
    closed();
  });

  async function check() {
    const mine = ++latest;
    element.hidden = false;
    status.textContent = own.encoder;
    list.replaceChildren();
    try {
      const { recipe, examples = [] } = lab;
      const found = await lab.ask({ type: 'check', recipe }, ({ done, sentences }) => {
        if (mine === latest) status.textContent = done < sentences ? own.encoded(done, sentences) : own.judging;
      });
      if (mine === latest) show(found, examples);
    } catch (error) {
      if (mine === latest) status.textContent = whyNot(error) || words.notFetched;
    }
  }

  /** @param {Findings} found @param {InlineExample[]} examples */
  function show(found, examples) {
    checked = examples;
    const groups = [
      ...found.label_errors.map(suspects),
      ...contradictions(found),
      rowsOf(words.onBothSides, found.in_both_splits.map(([heldOut]) => heldOut)),
      group(words.duplicates(found.duplicates.length), found.duplicates, together),
      group(words.nearDuplicates(found.near_duplicates.length), found.near_duplicates, together),
      group(words.lookAlikes(found.look_alikes.length), found.look_alikes, lookAlike),
      lone(found),
      rowsOf(words.unknown, found.reading.only_unknown),
      rowsOf(words.empty, found.reading.no_token),
      rowsOf(words.cut, found.reading.cut),
      rowsOf(words.unlabelled, found.unlabelled),
    ].filter((element) => element !== undefined);
    const counts = found.tasks.map(({ task, labelled, blank, labels }) =>
      h('li', { title: Object.entries(labels).slice(0, 50).map(([label, rows]) => `${label}: ${n.grouped(rows)}`).join('\n') }, words.counts(brief(task), labelled, blank, Object.keys(labels).length)),
    );
    const kinds = groups.filter((group) => group instanceof HTMLDetailsElement).length;
    // Paragraphs say which tasks could not be judged.
    status.textContent = kinds > 0 ? words.kinds(kinds) : groups.length > 0 ? '' : words.none;
    list.replaceChildren(h('ul', { className: 'counts' }, ...counts), ...groups);
    const first = list.querySelector('details');
    if (first) first.open = true;
  }

  /**
   * A kind of finding; none without any.
   *
   * @template T
   * @param {string} title
   * @param {T[]} all
   * @param {(one: T) => HTMLElement} entry
   * @param {string} [hint]
   */
  function group(title, all, entry, hint) {
    if (all.length === 0) return undefined;
    const items = h('ul');
    const more = h('button', { type: 'button', className: 'quiet' });
    const details = h('details', {}, h('summary', {}, title), ...(hint ? [h('p', { className: 'aside' }, hint)] : []), items, more);
    let listed = 0;
    /** @param {number} most */
    function list(most) {
      const next = all.slice(listed, most).map(entry);
      items.append(...next);
      listed = Math.min(most, all.length);
      more.hidden = listed === all.length;
      more.textContent = words.all(all.length, Math.min(all.length, listed + MORE));
      return next[0];
    }
    // Filled when it is opened: there may be thousands.
    details.addEventListener('toggle', () => {
      if (details.open && listed === 0) list(FEW);
    });
    more.addEventListener('click', () => list(listed + MORE)?.querySelector('button')?.focus());
    return details;
  }

  /** A button that leads to a sentence's row in the table, as long as it is there. @param {number} row Of the check. */
  function link(row) {
    const { text } = checked[row];
    const button = h('button', { type: 'button', dir: 'auto', className: 'row-link', title: text }, text);
    button.addEventListener('click', () => {
      const now = rowNow(row);
      if (now < 0) status.textContent = words.gone;
      else showRow(now);
    });
    return button;
  }

  /**
   * The row that a checked sentence has in the table by now; -1 if it was removed or rewritten. A label that changes makes another
   * object of the sentence. Among equal texts the same one is meant: the second stays the second.
   *
   * @param {number} row
   */
  function rowNow(row) {
    const { examples } = store.doc.table;
    const found = examples.indexOf(checked[row]);
    if (found >= 0) return found;
    const { text } = checked[row];
    const before = checked.slice(0, row).filter((one) => one.text === text).length;
    return examples.flatMap((one, i) => (one.text === text ? [i] : []))[before] ?? -1;
  }

  /** @param {(of: number) => string} title @param {number[]} rows */
  const rowsOf = (title, rows) => group(title(rows.length), rows, (row) => h('li', {}, link(row)));

  /** The first of some rows, and how many more there are. @template T @param {T[]} rows @param {(row: T) => HTMLElement} entry */
  const few = (rows, entry) => [...rows.slice(0, FEW).map(entry), ...(rows.length > FEW ? [h('span', { className: 'is' }, words.more(rows.length - FEW))] : [])];

  /** @param {number[]} rows */
  const together = (rows) => h('li', { className: 'together' }, ...few(rows, link));

  /** @param {Findings['label_errors'][number]} errors */
  function suspects({ task, accuracy, commonest, judged, suspects }) {
    if (judged === 0) return h('p', { className: 'aside' }, words.unjudged(brief(task)));
    if (!suspects) return h('p', { className: 'aside' }, words.unsure(brief(task), n.percent(accuracy), n.percent(commonest)));
    const open = suspects.filter(({ row, label }) => !kept.has(keyOf(row, task, label)));
    return group(words.errors(open.length, brief(task)), open, (suspect) => suspected(suspect, task), words.errorsHint(n.percent(accuracy)));
  }

  /** @param {NonNullable<Findings['label_errors'][number]['suspects']>[number]} suspect @param {string} task */
  function suspected({ row, label, suggested, label_probability, suggested_probability }, task) {
    const use = h('button', { type: 'button', title: suggested }, words.use(brief(suggested), n.percent(suggested_probability)));
    const keep = h('button', { type: 'button', className: 'quiet' }, words.keep);
    const item = h(
      'li',
      { className: 'suspect' },
      link(row),
      h('span', { className: 'is', title: label }, words.is(brief(label), n.percent(label_probability))),
      use,
      keep,
    );
    use.addEventListener('click', () => {
      const at = rowNow(row);
      if (at < 0 || labelOf(store.doc.table.examples[at], task) !== label) status.textContent = words.gone;
      else store.editTable('rows', (table) => setLabel(addClass(table, task, suggested), at, task, suggested));
      settle(item);
    });
    keep.addEventListener('click', () => {
      kept.add(keyOf(row, task, label));
      settle(item);
    });
    return item;
  }

  /** @param {number} row @param {string} task @param {string} label */
  const keyOf = (row, task, label) => JSON.stringify([checked[row].text, task, label]);

  /** Removes an entry that is done with. The focus goes on to the next. @param {HTMLElement} item */
  function settle(item) {
    const next = item.nextElementSibling?.querySelector('button');
    item.remove();
    if (next instanceof HTMLElement) next.focus();
    else element.querySelector('h4')?.focus();
  }

  /** @param {Findings} found */
  function contradictions(found) {
    return found.tasks.map(({ task }) => {
      const ofTask = found.contradictions.filter((one) => one.task === task);
      return group(words.contradictions(ofTask.length, brief(task)), ofTask, ({ rows, labels }) =>
        h(
          'li',
          { className: 'together' },
          ...few(rows.map((row, i) => ({ row, label: labels[i] })), ({ row, label }) => h('span', {}, link(row), h('span', { className: 'is' }, ' ', h('bdi', {}, brief(label))))),
        ),
      );
    });
  }

  /** @param {Findings['look_alikes'][number]} pair */
  function lookAlike({ task, label, like }) {
    const merge = h('button', { type: 'button', title: like }, words.merge(brief(like)));
    const item = h('li', { className: 'suspect' }, h('span', {}, words.lookAlike(brief(task), brief(label), brief(like))), merge);
    merge.addEventListener('click', () => {
      store.editTable('data', (table) => redefineTask(table, task, task, new Map([[label, like]])));
      settle(item);
    });
    return item;
  }

  /** Labels with one sentence. @param {Findings} found */
  function lone(found) {
    const all = found.tasks.flatMap(({ task, labels }) => Object.entries(labels).flatMap(([label, rows]) => (rows === 1 ? [{ task, label }] : [])));
    return group(words.lone(all.length), all, ({ task, label }) => h('li', { title: label }, words.loneOf(brief(task), brief(label))));
  }

  return check;
}
