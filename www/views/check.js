// What is doubtful about the sentences and their labels. A click leads to the row; a probable label error can be corrected or kept.

import { addClass, labelOf, redefineTask, setLabel } from '../lab/document/sentences.js';
import { brief } from '../ui/brief.js';
import { h } from '../ui/dom.js';
import { ownData, whyNot } from './own-data.js';

/** @typedef {import('../types.js').Findings} Findings */
/** @typedef {import('../types.js').InlineExample} InlineExample */

/** How many of a kind are listed until the reader asks for all. */
const FEW = 5;
/** How many are listed then: nobody reads more. */
const MOST = 200;

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {HTMLElement} element Shows the findings.
 * @param {(row: number) => void} showRow
 * @returns {Promise<() => void>} Checks the data anew.
 */
export async function createCheck(lab, element, showRow) {
  const own = await ownData(lab, element);
  const words = own.check;
  const { n } = lab.words;
  const { store } = lab;
  /** The sentences whose suspected label the reader keeps, and the task. @type {WeakMap<InlineExample, Set<string>>} */
  const kept = new WeakMap();
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
  });

  async function check() {
    const mine = ++latest;
    element.hidden = false;
    status.textContent = own.encoder;
    list.replaceChildren();
    try {
      const { found, examples } = await lab.check(({ done, sentences }) => {
        if (mine === latest) status.textContent = done < sentences ? own.encoded(done, sentences) : own.judging;
      });
      if (mine === latest) show(found, examples);
    } catch (error) {
      if (mine === latest) status.textContent = whyNot(error);
    }
  }

  /** @param {Findings} found @param {InlineExample[]} examples */
  function show(found, examples) {
    const groups = [
      ...found.label_errors.map((errors) => suspects(errors, examples)),
      ...contradictions(found, examples),
      group(words.duplicates(found.duplicates.length), found.duplicates, (rows) => together(rows, examples)),
      group(words.nearDuplicates(found.near_duplicates.length), found.near_duplicates, (rows) => together(rows, examples)),
      group(words.lookAlikes(found.look_alikes.length), found.look_alikes, lookAlike),
      lone(found),
      rowsOf(words.unknown, found.reading.only_unknown, examples),
      rowsOf(words.empty, found.reading.no_token, examples),
      rowsOf(words.cut, found.reading.cut, examples),
      rowsOf(words.unlabelled, found.unlabelled, examples),
    ].filter((element) => element !== undefined);
    const counts = found.tasks.map(({ task, labelled, blank, labels }) =>
      h('li', { title: Object.entries(labels).slice(0, 50).map(([label, rows]) => `${label}: ${n.grouped(rows)}`).join('\n') }, words.counts(brief(task), labelled, blank, Object.keys(labels).length)),
    );
    status.textContent = groups.some((group) => group instanceof HTMLDetailsElement) ? '' : words.none;
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
    const more = h('button', { type: 'button', className: 'quiet', hidden: all.length <= FEW }, words.all(all.length));
    const details = h('details', {}, h('summary', {}, title), ...(hint ? [h('p', { className: 'aside' }, hint)] : []), items, more);
    const fill = (/** @type {number} */ most) => items.replaceChildren(...all.slice(0, most).map(entry));
    // Filled when it is opened: there may be thousands.
    details.addEventListener('toggle', () => {
      if (details.open && !items.firstChild) fill(FEW);
    });
    more.addEventListener('click', () => {
      more.hidden = true;
      fill(MOST);
    });
    return details;
  }

  /** A button that leads to a sentence's row, as long as the sentence is as it was. @param {InlineExample} example */
  function link(example) {
    const button = h('button', { type: 'button', className: 'row-link', title: example.text }, example.text);
    button.addEventListener('click', () => {
      const row = rowNow(example);
      if (row < 0) status.textContent = words.gone;
      else showRow(row);
    });
    return button;
  }

  /** The row that a sentence has by now; -1 if it was removed or rewritten. @param {InlineExample} example */
  function rowNow(example) {
    const { examples } = store.doc.table;
    const row = examples.indexOf(example);
    // A label that was corrected makes another object of it.
    return row < 0 ? examples.findIndex(({ text }) => text === example.text) : row;
  }

  /** @param {(of: number) => string} title @param {number[]} rows @param {InlineExample[]} examples */
  const rowsOf = (title, rows, examples) => group(title(rows.length), rows, (row) => h('li', {}, link(examples[row])));

  /** @param {number[]} rows @param {InlineExample[]} examples */
  const together = (rows, examples) => h('li', { className: 'together' }, ...rows.slice(0, FEW).map((row) => link(examples[row])));

  /** @param {Findings['label_errors'][number]} errors @param {InlineExample[]} examples */
  function suspects({ task, accuracy, commonest, judged, suspects }, examples) {
    if (judged === 0) return undefined;
    if (!suspects) return h('p', { className: 'aside' }, words.unsure(brief(task), n.percent(accuracy), n.percent(commonest)));
    const open = suspects.filter(({ row, label }) => !kept.get(examples[row])?.has(task) && labelOf(examples[row], task) === label);
    return group(words.errors(open.length, brief(task)), open, (suspect) => suspected(suspect, task, examples), words.errorsHint(n.percent(accuracy)));
  }

  /** @param {NonNullable<Findings['label_errors'][number]['suspects']>[number]} suspect @param {string} task @param {InlineExample[]} examples */
  function suspected({ row, label, suggested, label_probability, suggested_probability }, task, examples) {
    const example = examples[row];
    const use = h('button', { type: 'button', title: suggested }, words.use(brief(suggested), n.percent(suggested_probability)));
    const keep = h('button', { type: 'button', className: 'quiet' }, words.keep);
    const item = h(
      'li',
      { className: 'suspect' },
      link(example),
      h('span', { className: 'is', title: label }, words.is(brief(label), n.percent(label_probability))),
      use,
      keep,
    );
    const settle = () => {
      const next = item.nextElementSibling?.querySelector('button');
      item.remove();
      if (next instanceof HTMLElement) next.focus();
      else element.querySelector('h4')?.focus();
    };
    use.addEventListener('click', () => {
      const at = rowNow(example);
      if (at < 0) status.textContent = words.gone;
      else store.editTable('rows', (table) => setLabel(addClass(table, task, suggested), at, task, suggested));
      settle();
    });
    keep.addEventListener('click', () => {
      kept.set(example, (kept.get(example) ?? new Set()).add(task));
      settle();
    });
    return item;
  }

  /** @param {Findings} found @param {InlineExample[]} examples */
  function contradictions(found, examples) {
    return found.tasks.map(({ task }) => {
      const ofTask = found.contradictions.filter((one) => one.task === task);
      return group(words.contradictions(ofTask.length, brief(task)), ofTask, ({ rows, labels }) =>
        h(
          'li',
          { className: 'together' },
          ...rows.slice(0, FEW).map((row, i) => h('span', {}, link(examples[row]), h('span', { className: 'is' }, ` ${brief(labels[i])}`))),
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
      item.remove();
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
