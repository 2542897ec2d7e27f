// Takes the trained model along: a zip of it, or of its heads alone. Loaded when a run has taken its first step.

import { OWN } from '../engine/encoder/addresses.js';
import { saveModel } from '../lab/model/save.js';
import { toFile, toKeep } from '../engine/model/sink.js';
import { modelWords } from '../engine/model/words.js';
import { canAnswer, encoderName } from '../lab/run/select.js';
import { h } from '../ui/dom.js';
import { addStyleSheet } from '../ui/styles.js';

/** A download that begins so late was of no use any more. */
const LET_GO_MS = 60_000;
const BYTES_A_NUMBER = 4;

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {HTMLElement} element What to fill.
 * @param {(title: string, headsOnly: boolean) => string} zipName Gives the name of a zip of the sentences' title.
 * @returns {Promise<(state: import('../lab/run/types.js').State) => void>} Shows what there is to save.
 */
export async function createModel(lab, element, zipName) {
  const [words] = await Promise.all([modelWords(lab.words.tag), addStyleSheet(element.getRootNode(), '../styles/model.css')]);
  const whole = h('button', { type: 'button', dataset: { part: 'model-download' } });
  const heads = h('button', { type: 'button', hidden: true, dataset: { part: 'model-heads' } });
  const headsHint = h('p', { className: 'hint', hidden: true });
  const without = h('input', { type: 'checkbox', id: 'model-without', dataset: { part: 'model-without' } });
  const privacy = h('p', { className: 'switch', hidden: true }, without, h('label', { for: 'model-without' }, words.withoutSentences, h('span', { className: 'hint' }, ` ${words.privacy}`)));
  const status = h('span', { role: 'status', dataset: { part: 'model-status' } });
  const cancel = h('button', { type: 'button', className: 'quiet', hidden: true, dataset: { part: 'model-cancel' } }, words.cancel);
  element.replaceChildren(
    h('div', { className: 'buttons' }, whole, heads),
    h('p', { className: 'hint' }, words.hint),
    headsHint,
    privacy,
    h('p', { className: 'model-status' }, status, cancel),
  );

  /** @type {AbortController | undefined} */
  let saving;

  /** @param {boolean} headsOnly */
  async function save(headsOnly) {
    const name = zipName(lab.state.run.configured?.table.name ?? '', headsOnly);
    const abort = (saving = new AbortController());
    // First of all: the browser asks only while it remembers the click.
    const file = await chosenFile(name);
    if (file === 'none') return ended('');
    lab.notices.forgetErrors();
    whole.disabled = heads.disabled = true;
    cancel.hidden = false;
    status.textContent = words.preparing;
    try {
      const sink = await (file ? toFile(file) : toKeep());
      const progress = (/** @type {number} */ done, /** @type {number} */ all) => (status.textContent = words.writing(done, all));
      const blob = await saveModel(lab, { headsOnly, withoutSentences: without.checked && !privacy.hidden }, sink, words, progress, abort.signal);
      if (blob) download(name, blob);
      ended(words.saved(file?.name ?? name));
    } catch (error) {
      ended(abort.signal.aborted ? words.cancelled : '');
      if (!abort.signal.aborted) lab.notices.error(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} text */
  function ended(text) {
    status.textContent = text;
    whole.disabled = heads.disabled = false;
    cancel.hidden = true;
    saving = undefined;
  }

  /** @param {string} name @returns {Promise<FileSystemFileHandle | 'none' | undefined>} Undefined where the browser has no such dialog. */
  async function chosenFile(name) {
    const { showSaveFilePicker } = /** @type {{ showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle> }} */ (/** @type {unknown} */ (window));
    if (!showSaveFilePicker) return undefined;
    try {
      return await showSaveFilePicker.call(window, { suggestedName: name, types: [{ description: words.zip, accept: { 'application/zip': ['.zip'] } }] });
    } catch (error) {
      // In a frame of another origin the dialog is refused.
      return error instanceof DOMException && error.name === 'AbortError' ? 'none' : undefined;
    }
  }

  whole.addEventListener('click', () => save(false));
  heads.addEventListener('click', () => save(true));
  cancel.addEventListener('click', () => saving?.abort(new DOMException('The reader cancelled it.', 'AbortError')));

  return (state) => {
    const { started, run, counts, encoder } = state;
    element.hidden = !started || !run.configured || !(saving || (canAnswer(state) && counts.step > 0));
    if (!started || !run.configured) return;
    const { parameters, trainable_parameters } = started.event;
    const { recipe, table } = run.configured;
    whole.textContent = words.download(BYTES_A_NUMBER * parameters);
    // Nobody else has the reader's own files.
    heads.hidden = recipe.training.freeze !== 'encoder' || encoder.address.startsWith(OWN);
    heads.textContent = words.heads(BYTES_A_NUMBER * trainable_parameters);
    headsHint.hidden = heads.hidden;
    headsHint.textContent = words.headsHint(encoderName(state));
    privacy.hidden = table.preset !== null;
  };
}

/** @param {string} name @param {Blob} blob */
function download(name, blob) {
  const href = URL.createObjectURL(blob);
  h('a', { href, download: name }).click();
  // The download begins after the click, not with it.
  setTimeout(() => URL.revokeObjectURL(href), LET_GO_MS);
}
