// The choice of another encoder: one of those that are known, one of the Hugging Face hub, or the reader's own files. Loaded when
// the reader opens it.

import { DEFAULT_ENCODER, FLOAT_ENCODER, isHubName, KNOWN_BYTES } from '../engine/encoder/addresses.js';
import { encoderName } from '../lab/run/select.js';
import { h } from '../ui/dom.js';
import { addStyleSheet } from '../ui/styles.js';

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {HTMLElement} element What to fill.
 * @param {() => void} close Called when an encoder was chosen.
 * @returns {Promise<() => void>} Shows which encoder is in use.
 */
export async function createEncoderChoice(lab, element, close) {
  const { n } = lab.words;
  const [{ default: words }, own] = await Promise.all([
    lab.words.tag === 'de' ? import('../strings/encoder-choice.de.js') : import('../strings/encoder-choice.en.js'),
    import('../models.js'),
    addStyleSheet(element.getRootNode(), '../styles/encoder-choice.css'),
  ]);
  const models = await own.modelWords(lab.words.tag);
  const known = [DEFAULT_ENCODER, FLOAT_ENCODER].map((name) => {
    const button = h('button', { type: 'button', value: name, dataset: { part: 'encoder-known' } }, name);
    button.addEventListener('click', () => choose(name));
    return { button, line: h('li', {}, button, h('span', {}, words.about[name](n.fixed(KNOWN_BYTES[name] / 1e6, 0)))) };
  });
  const files = h('input', { type: 'file', multiple: true, hidden: true, accept: '.json,.txt,.safetensors,.bin', dataset: { part: 'encoder-files' } });
  const folder = h('input', { type: 'file', webkitdirectory: true, hidden: true, dataset: { part: 'encoder-folder' } });
  const openFiles = h('button', { type: 'button', title: words.filesTitle }, words.files);
  const openFolder = h('button', { type: 'button', title: words.filesTitle }, words.folder);
  const zip = h('input', { type: 'file', hidden: true, accept: '.zip,application/zip', dataset: { part: 'model-file' } });
  const openModel = h('button', { type: 'button', title: models.openTitle, dataset: { part: 'model-open' } }, models.open);
  const opening = h('p', { className: 'hint', role: 'status' }, models.drop);
  const hub = h('input', { type: 'text', placeholder: 'BAAI/bge-small-en-v1.5', spellcheck: false, 'aria-label': words.hub, dataset: { part: 'encoder-hub' } });
  const fetchHub = h('button', { type: 'submit', dataset: { part: 'encoder-hub-fetch' } }, words.fetch);
  const hubLine = h('form', { className: 'encoder-hub' }, h('span', {}, words.hub), hub, fetchHub);
  element.replaceChildren(
    h('ul', { 'aria-label': words.title }, ...known.map(({ line }) => line)),
    hubLine,
    h('p', { className: 'buttons' }, openFiles, openFolder, openModel, files, folder, zip),
    opening,
    h('p', { className: 'hint' }, words.private),
  );

  /** @param {string} name */
  function choose(name) {
    close();
    lab.chooseEncoder(lab.encoderAt(name));
  }

  /** @param {HTMLInputElement} input */
  async function open(input) {
    const given = [...(input.files ?? [])];
    input.value = '';
    if (given.length === 0) return;
    close();
    lab.openEncoder(given.map((file) => [pathOf(file), file]), await nameOfFiles(given));
  }

  /** @param {File} file */
  async function openZip(file) {
    opening.textContent = models.opening(file.name);
    openModel.disabled = true;
    if (await own.openModel(lab, file)) close();
    opening.textContent = models.drop;
    openModel.disabled = false;
  }

  openModel.addEventListener('click', () => zip.click());
  zip.addEventListener('change', () => {
    const [file] = zip.files ?? [];
    zip.value = '';
    if (file) openZip(file);
  });
  // One choice at a time is on show; a later one of the same element takes the place of these.
  element.ondragover = (event) => event.preventDefault();
  element.ondrop = (event) => {
    event.preventDefault();
    event.stopPropagation(); // The page behind would import it as a table.
    const file = event.dataTransfer?.files[0];
    if (file) openZip(file);
  };
  for (const [button, input] of /** @type {const} */ ([[openFiles, files], [openFolder, folder]])) {
    button.addEventListener('click', () => input.click());
    input.addEventListener('change', () => open(input));
  }
  hub.addEventListener('input', () => hub.setCustomValidity(''));
  hubLine.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = hub.value.trim().replace(/^https?:\/\/[^/]+\//, '').replace(/\/(resolve|tree|blob)\/.*$|\/$/, '');
    if (isHubName(name)) return choose(name);
    hub.setCustomValidity(words.notAName);
    hub.reportValidity();
  });

  return () => {
    const used = encoderName(lab.state);
    for (const { button } of known) {
      if (button.value === used) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  };
}

/** A file's path in the folder that was opened. @param {File} file */
const pathOf = ({ webkitRelativePath, name }) => webkitRelativePath.split('/').slice(1).join('/') || name;

/**
 * What the reader's own files are called: as their folder; or as config.json says; or as the file of weights. Never as an encoder
 * that is known: whoever repeats the run would train another.
 *
 * @param {File[]} given
 */
export async function nameOfFiles(given) {
  const [folder] = given[0].webkitRelativePath.split('/');
  const weights = given.find(({ name }) => name.endsWith('.safetensors'))?.name ?? given[0].name;
  const name = folder || (await nameInConfig(given.find((file) => pathOf(file) === 'config.json'))) || weights;
  return Object.hasOwn(KNOWN_BYTES, name) ? `${name} (own files)` : name;
}

/** @param {File | undefined} config */
async function nameInConfig(config) {
  try {
    const { _name_or_path: name } = JSON.parse((await config?.text()) ?? '');
    return typeof name === 'string' ? name.split('/').at(-1) : undefined;
  } catch {
    return undefined; // The worker says what is wrong with it.
  }
}
