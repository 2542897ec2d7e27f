// Takes the run along: as a link, as files, on the command line, and on another page.

import { recipeToAddress } from '../lab/recipe/link.js';
import { tagOf, toCsv } from '../lab/recipe/take-along.js';
import { OWN } from '../engine/encoder/addresses.js';
import { encoderName } from '../lab/run/select.js';
import { readEdits } from '../lab/run/reading.js';
import { debounce, h } from '../ui/dom.js';
import { code, copies, shellWord } from './code.js';

/** A link is made when the document has rested for so long. */
const SETTLE_MS = 300;
/** Programs that cut links cut them at such lengths. */
const LONG = 8000;
/** Sentences with more characters than these in all make no link: it would be of no use, and making it holds the page up. */
const MOST_CHARACTERS = 300_000;
const RECIPE = 'recipe.json';

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createShare(lab) {
  const words = lab.words.share;
  const { store } = lab;
  const link = h('input', { type: 'text', readOnly: true, id: 'share-link', spellcheck: false, dataset: { part: 'share-link' } });
  const size = h('p', { className: 'hint', id: 'share-size', dataset: { part: 'share-size' } });
  link.setAttribute('aria-describedby', size.id);
  const reproducible = h('input', { type: 'checkbox', checked: true, id: 'share-bits', dataset: { part: 'share-reproducible' } });
  const recipe = h('button', { type: 'button', dataset: { part: 'share-recipe' } }, words.recipe);
  const csv = h('button', { type: 'button', dataset: { part: 'share-csv' } }, words.csv);
  const command = h('code', { dataset: { part: 'share-command' } });
  const needsFiles = h('p', { className: 'hint', dataset: { part: 'share-needs' } });
  const tag = h('code', { dataset: { part: 'share-tag' } });
  const tagTitle = h('h4', { id: 'h-share-tag' }, words.tag);
  const element = h(
    'section',
    { className: 'panel share', part: 'panel', inert: true, 'aria-labelledby': 'h-share', dataset: { part: 'share' } },
    h('header', {}, h('h3', { id: 'h-share' }, words.title), h('p', {}, words.line)),
    h(
      'div',
      { className: 'share-link' },
      h('label', { for: 'share-link' }, words.link),
      h('div', { className: 'share-line' }, link, copies(words, words.link, () => link.value, () => link.select())),
      size,
      h(
        'p',
        { className: 'switch' },
        reproducible,
        h('label', { for: 'share-bits' }, words.reproducible, h('span', { className: 'hint' }, ` ${words.slower}`)),
      ),
    ),
    h('div', { className: 'share-files' }, h('h4', {}, words.files), h('div', { className: 'buttons' }, recipe, csv)),
    h('div', { className: 'share-command' }, h('h4', { id: 'h-share-command' }, words.command), code(words, words.command, command), needsFiles),
    h('div', { className: 'share-tag' }, tagTitle, code(words, words.tag, tag)),
  );
  /** Number of the latest making: an earlier one that takes longer is of no use. */
  let latest = 0;

  /** The recipe as it is taken along, without the measurements, which belong to this page. */
  function taken() {
    const { diagnostics, ...recipe } = lab.recipe;
    return recipe;
  }

  async function make() {
    const mine = ++latest;
    const { recipe } = lab;
    const asked = { ...recipe, training: { ...recipe.training, reproducible: recipe.training.reproducible || reproducible.checked } };
    const page = new URL(lab.linked ? location.href : new URL('index.html', lab.base));
    page.searchParams.delete('lang'); // Others read it in their own language.
    const name = store.doc.table.preset?.name;
    const isTooMuch = charactersOf(store.doc.table) > MOST_CHARACTERS;
    const [address, recommended] = await Promise.all([
      isTooMuch ? '' : recipeToAddress(asked, page),
      name === undefined ? undefined : lab.sources.recommended(name).catch(() => undefined),
    ]);
    if (mine !== latest) return;
    reproducible.disabled = recipe.training.reproducible;
    link.value = address;
    const long = address.length > LONG;
    size.textContent = isTooMuch ? words.tooMuch : (long ? words.long : words.size)(lab.words.n.grouped(address.length));
    const { address: encoderAt } = lab.state.encoder;
    const model = lab.choice.modelFile(encoderAt, store.doc.table.tasks);
    const own = model ? `--model ${shellWord(model)} ` : encoderAt.startsWith(OWN) ? `--encoder ${shellWord(recipe.encoder)} ` : '';
    command.textContent = `polytask train --recipe ${RECIPE} ${own}--out model`;
    needsFiles.textContent = model ? words.needsModel(model) : own ? words.needsFiles(recipe.encoder) : '';
    const { html, needsFile } = tagOf(recipe, recommended, lab.base, RECIPE);
    tag.textContent = html;
    tagTitle.textContent = needsFile ? words.tagWithFile : words.tag;
  }
  const soon = debounce(make, SETTLE_MS);
  const follow = readEdits((doc, change) => {
    if (change !== 'diagnostics') soon();
  });

  link.addEventListener('focus', () => link.select());
  reproducible.addEventListener('change', make);
  recipe.addEventListener('click', () => download(RECIPE, 'application/json', `${JSON.stringify(taken(), null, 2)}\n`));
  csv.addEventListener('click', () => download('sentences.csv', 'text/csv', toCsv(store.doc.table)));

  /** The encoder's name when the views were drawn last. */
  let encoder = '';

  return {
    element,

    render(state) {
      element.inert = state.document.doc === undefined;
      follow(state);
      if (encoderName(state) === encoder) return;
      encoder = encoderName(state);
      if (!element.inert) soon();
    },

    destroy: () => soon.cancel(),
  };
}

/** How long the sentences of a table are in all; none of a built-in set, which a link only names. @param {import('../lab/document/sentences.js').Table} table */
const charactersOf = ({ preset, examples }) => (preset ? 0 : examples.reduce((sum, { text }) => sum + text.length, 0));

/** @param {string} name @param {string} type @param {string} text */
function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: url, download: name }).click();
  // The download begins after the click, not with it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
