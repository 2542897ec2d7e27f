// A file of the reader's, classified by the run as it is now: its rows with their answers, and the file to download.

import { brief } from '../ui/brief.js';
import { h, taskColour } from '../ui/dom.js';
import { createRows } from '../ui/many/rows.js';
import { ownData, whyNot } from './own-data.js';

/** @typedef {import('../types.js').Classified} Classified */
/** @typedef {import('../types.js').Written} Written */

/** More than this would freeze the tab while being read. */
const MOST_BYTES = 50e6;

/** @type {Record<Written, string>} */
const TYPES = { csv: 'text/csv', tsv: 'text/tab-separated-values', jsonl: 'application/jsonl' };

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<() => void>} Opens it.
 */
export async function createClassify(lab, dialog) {
  const own = await ownData(lab, dialog);
  const words = own.classify;
  const { n } = lab.words;
  /** @type {import('../lab/document/columns.js').TableFile | undefined} */
  let file;
  /** @type {Classified | undefined} */
  let answers;
  /** Number of the latest file. */
  let latest = 0;

  const title = h('h3', { id: 'h-classify' }, words.untitled);
  const input = h('input', { type: 'file', accept: '.csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson', hidden: true, dataset: { part: 'classify-input' } });
  const choose = h('button', { type: 'button' }, words.choose);
  const status = h('p', { className: 'aside', role: 'status', dataset: { part: 'classify-status' } });
  const column = h('select', { dataset: { part: 'classify-column' } });
  const columnField = h('label', { hidden: true }, `${words.column} `, column);
  const head = h('tr', { role: 'row' });
  const body = h('tbody', { role: 'rowgroup', dataset: { part: 'classified-rows' } });
  const scroller = h(
    'div',
    { className: 'classified-scroll', tabIndex: 0, role: 'region', 'aria-label': words.table, hidden: true },
    h('table', { className: 'classified', role: 'table' }, h('thead', { role: 'rowgroup' }, head), body),
  );
  const threshold = h('input', { type: 'text', inputMode: 'decimal', size: 4, dataset: { part: 'classify-threshold' } });
  const all = h('input', { type: 'checkbox', dataset: { part: 'classify-all' } });
  const format = h(
    'select',
    { dataset: { part: 'classify-format' } },
    ...Object.keys(TYPES).map((name) => h('option', { value: name }, name.toUpperCase())),
  );
  const complaint = h('p', { className: 'complaint', role: 'alert' });
  const close = h('button', { type: 'button' }, own.close);
  const download = h('button', { type: 'submit', className: 'primary', dataset: { part: 'classify-download' } }, words.download);
  const settings = h(
    'div',
    { className: 'classify-settings', hidden: true },
    h('label', {}, `${words.threshold} `, threshold),
    h('label', {}, all, ` ${words.all}`),
    h('label', {}, `${words.format} `, format),
  );
  const form = h(
    'form',
    { method: 'dialog' },
    title,
    h('p', { className: 'aside' }, words.about),
    h('div', { className: 'classify-file' }, choose, input, columnField),
    status,
    scroller,
    settings,
    complaint,
    h('div', { className: 'buttons' }, h('span', { className: 'gap' }), close, download),
  );
  dialog.replaceChildren(form);

  const rows = createRows({ scroller, body, make, fill, keyOf: (row) => keys[row] });
  /** An object for each row, by which its height is remembered. @type {object[]} */
  let keys = [];

  choose.addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    const chosen = input.files?.[0];
    input.value = ''; // So that the same file can be chosen again after it was corrected.
    if (chosen) await read(chosen);
  });
  dialog.addEventListener('dragover', (event) => event.preventDefault());
  dialog.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation(); // The page behind would import it.
    const dropped = event.dataTransfer?.files[0];
    if (dropped) read(dropped);
  });
  column.addEventListener('change', () => classify(column.value || undefined));
  threshold.addEventListener('input', () => {
    complaint.textContent = '';
    redraw();
  });
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    latest += 1;
    if (!answers && file) status.textContent = words.stopped;
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await save();
  });

  /** @param {File} chosen */
  async function read(chosen) {
    const mine = ++latest;
    if (chosen.size > MOST_BYTES) {
      complaint.textContent = words.tooBig(chosen.name, n.fixed(MOST_BYTES / 1e6, 0));
      return;
    }
    const content = await chosen.arrayBuffer().catch(() => undefined);
    if (mine !== latest) return;
    if (!content) {
      complaint.textContent = words.unreadable(chosen.name);
      return;
    }
    file = { name: chosen.name, bytes: new Uint8Array(content) };
    columnField.hidden = true;
    await classify();
  }

  /** @param {string} [text] The column of the sentences. */
  async function classify(text) {
    if (!file) return;
    const mine = ++latest;
    const { name } = file;
    answers = undefined;
    title.textContent = words.title(brief(name));
    complaint.textContent = '';
    status.textContent = lab.state.run.status === 'training' ? words.paused : own.encoder;
    scroller.hidden = settings.hidden = true;
    download.disabled = true;
    // The model must not change from row to row.
    if (lab.state.run.status === 'training') lab.pause();
    const trained = lab.state.document.file?.text ?? 'text';
    try {
      const classified = await lab.ask({ type: 'classify', ...file, text, trained }, ({ done, sentences }) => {
        if (mine === latest) status.textContent = words.classified(done, sentences);
      });
      if (mine === latest) show(classified);
    } catch (error) {
      if (mine !== latest) return;
      status.textContent = '';
      complaint.textContent = whyNot(error);
      if (/** @type {{ code?: string }} */ (error).code === 'classify.no_text_column') await offerColumns(mine);
    }
  }

  /** Lets the reader say which column holds the sentences, if the file has several. @param {number} mine */
  async function offerColumns(mine) {
    if (!file) return;
    const inspection = await lab.sources.inspect(file).catch(() => undefined);
    if (mine !== latest || !inspection || inspection.columns.length < 2) return;
    showColumns(['', ...inspection.columns.map(({ name }) => name)], '');
    column.focus();
  }

  /** @param {string[]} names @param {string} chosen */
  function showColumns(names, chosen) {
    column.replaceChildren(...names.map((value) => h('option', { value, selected: value === chosen }, brief(value) || '–')));
    columnField.hidden = names.length < 2;
  }

  /** @param {Classified} classified */
  function show(classified) {
    answers = classified;
    showColumns(classified.columns, classified.columns[classified.text]);
    keys = classified.texts.map(() => ({}));
    head.replaceChildren(
      h('th', { className: 'n', scope: 'col', role: 'columnheader' }, h('span', { className: 'sr' }, words.row)),
      h('th', { className: 'text', scope: 'col', role: 'columnheader' }, words.text),
      ...classified.tasks.map(({ task }, k) => {
        const cell = h('th', { className: 'label', scope: 'col', role: 'columnheader', dir: 'auto', title: task }, brief(task));
        cell.style.setProperty('--task', taskColour(k));
        return cell;
      }),
    );
    head.closest('table')?.style.setProperty('--label-columns', String(classified.tasks.length));
    scroller.hidden = settings.hidden = false;
    download.disabled = false;
    rows.reset(classified.texts.length, { top: true, remake: true });
    say();
    download.focus();
  }

  function say() {
    if (!answers) return;
    const { texts, tasks, notes } = answers;
    const least = Math.fround(lowest() ?? 0);
    const blank = tasks.reduce((sum, task) => sum + texts.filter((text, row) => text !== '' && task.probabilities[row * task.shown] < least).length, 0);
    const said = [words.rows(texts.length), ...(blank > 0 ? [words.blank(blank)] : [])].join(', ');
    status.textContent = [said, ...notes.map((note) => lab.words.sentence(note))].join('. ');
  }

  /** The threshold that the reader gave; absent: none; NaN if it is no probability. */
  function lowest() {
    const text = threshold.value.trim().replace(',', '.');
    if (text === '') return undefined;
    const p = Number(text);
    return p >= 0 && p <= 1 ? p : NaN;
  }

  function redraw() {
    for (const [row, element] of rows.shown) fill(element, row);
    say();
  }

  function make() {
    const cells = answers?.tasks.map(() => h('td', { className: 'label', role: 'cell' })) ?? [];
    return h('tr', { role: 'row' }, h('td', { className: 'n', role: 'cell' }), h('td', { dir: 'auto', className: 'text', role: 'cell' }), ...cells);
  }

  /** @param {HTMLElement} element @param {number} row */
  function fill(element, row) {
    if (!answers) return;
    const { texts, tasks } = answers;
    const [number, text, ...cells] = Array.from(element.children);
    number.textContent = String(row + 1);
    text.textContent = texts[row];
    const least = Math.fround(lowest() ?? 0);
    for (const [k, cell] of cells.entries()) {
      const { labels, classes, probabilities, shown } = tasks[k];
      const at = row * shown;
      // The best three of many classes are in the tooltip.
      const best = Array.from({ length: shown }, (_, i) => `${labels[classes[at + i]]} ${n.percent(probabilities[at + i])}`);
      const isBlank = texts[row] === '' || probabilities[at] < least;
      /** @type {HTMLElement} */ (cell).title = texts[row] === '' ? '' : best.join('\n');
      cell.replaceChildren(...(isBlank ? [] : [h('span', { dir: 'auto' }, brief(labels[classes[at]])), h('small', {}, n.percent(probabilities[at]))]));
    }
  }

  async function save() {
    if (!answers || !file) return;
    const least = lowest();
    if (Number.isNaN(least)) {
      complaint.textContent = words.notThreshold;
      threshold.focus();
      return;
    }
    const written = /** @type {Written} */ (format.value);
    try {
      const bytes = await lab.call('write', written, least, all.checked);
      const address = URL.createObjectURL(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: TYPES[written] }));
      const link = h('a', { href: address, download: `${file.name.replace(/\.[^.]*$/, '')}.classified.${written}` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      complaint.textContent = whyNot(error);
    }
  }

  return () => {
    dialog.showModal();
    if (!answers) {
      download.disabled = true;
      choose.focus();
    }
  };
}
