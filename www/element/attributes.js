// Reads the attributes of a tag. An invalid attribute is reported in a sentence and ignored; the others are used.

import { GROUPS, USUAL, VIEWS } from '../views/registry.js';
import { addressOf as encoderAt, DEFAULT_ENCODER, isHubName, modelAddress } from '../engine/encoder/addresses.js';
import { fromAddress } from './address.js';
import { PRESET_NAMES } from '../lab/document/presets.js';
import { LANGUAGES, tableOf } from '../lab/languages.js';

/** @typedef {import('../lab/document/sources.js').Wish} Wish */
/** @typedef {import('../types.js').Preset} Preset */
/** @typedef {import('../strings/words.js').Words} Words */

/** All attributes of the tag. */
export const ATTRIBUTES = [
  'preset',
  'src',
  'tasks',
  'encoder',
  'model',
  'weighting',
  'epochs',
  'seed',
  'views',
  'run',
  'keep',
  'autostart',
  'theme',
  'lang',
  'base',
  'record',
  'linked',
];
const THEMES = ['auto', 'light', 'dark'];
const KEEP = ['on', 'off'];

/**
 * The recipe or the sentences that a script has set on the element. `insists`: they replace a document that an earlier visit left.
 *
 * @typedef {{ recipe?: import('../polytask.js').GivenRecipe, examples?: import('../polytask.js').GivenExample[], insists?: boolean }} Given
 */

/**
 * @typedef {object} Wanted
 * @property {Words} words
 * @property {string[]} problems A sentence for each invalid attribute.
 * @property {string[]} views
 * @property {string} [run] Elements with the same name show one run.
 * @property {string} [keep] The name under which the run is kept from visit to visit; absent: it is not.
 * @property {string} base Address of the package's folder.
 * @property {boolean} autostart
 * @property {string} [record] Address of a recorded run.
 * @property {boolean} linked Whether the run comes from the page's address.
 * @property {() => Promise<Wish>} wish Rejects with one sentence.
 * @property {Wish} fallback The document to open when `wish` rejects.
 */

/**
 * @param {HTMLElement} element
 * @param {string} here Address of the package's folder.
 * @param {Given} [given] Goes before the attributes `src` and `preset`.
 * @returns {Promise<Wanted>}
 */
export async function readAttributes(element, here, given) {
  const { words, problem } = await wordsOf(element);
  const problems = problem ? [problem] : [];
  const { attributes: say } = words;
  const get = (/** @type {string} */ name) => element.getAttribute(name)?.trim() || undefined;
  /** @param {string} name @param {readonly string[]} choices */
  const oneOf = (name, choices) => {
    const value = get(name);
    if (value === undefined || choices.includes(value)) return value;
    problems.push(say.choice(name, value, choices));
    return undefined;
  };
  /** @param {string} name @param {number} least */
  const whole = (name, least) => {
    const value = get(name);
    const number = value === undefined ? undefined : Number(value);
    if (number === undefined || (Number.isSafeInteger(number) && number >= least)) return number;
    problems.push(say.whole(name, String(value), least));
    return undefined;
  };

  problems.push(...unknown(element, say));
  const views = viewsOf(element, (name) =>
    problems.push(say.view(name, [...Object.keys(VIEWS), ...Object.keys(GROUPS)])),
  );
  oneOf('theme', THEMES);
  const preset = oneOf('preset', PRESET_NAMES);
  const weighting = oneOf('weighting', Object.keys(words.weightings));
  const [epochs, seed] = [whole('epochs', 1), whole('seed', 0)];
  const tasks = get('tasks')
    ?.split(',')
    .map((task) => task.trim())
    .filter(Boolean);
  const src = get('src');
  const base = folder(get('base') ?? here);
  const linked = element.hasAttribute('linked');
  const run = get('run');
  // As the sentences are: those of a named run are kept.
  const keeps = oneOf('keep', KEEP) ?? (run ? 'on' : 'off');
  const encoder = get('encoder') ?? DEFAULT_ENCODER;
  const [model, record] = [get('model'), get('record')];

  /**
   * The wish without the file `src` or what a script has set, also used when these cannot be read. `tasks` names columns of
   * theirs, so it is left out then.
   *
   * @type {Wish}
   */
  const own = {
    encoder: model ? modelAddress(URL.canParse(model, document.baseURI) ? new URL(model, document.baseURI).href : model) : encoder.includes('/') && !isHubName(encoder) ? folder(encoder) : encoderAt(encoder, base),
    preset: preset ? presetOf(preset) : undefined,
    tasks: src || given ? undefined : tasks,
    change: (recipe) => ({
      ...recipe,
      ...(seed !== undefined && { seed }),
      training: {
        ...recipe.training,
        ...(epochs !== undefined && { epochs }),
        ...(weighting && { weighting: /** @type {import('../types.js').Weighting} */ (weighting) }),
      },
    }),
  };

  /** @param {Pick<Wish, 'recipe' | 'notice'>} given */
  const withEncoder = async (given) => (await import('../lab/recipe/known-recipe.js')).withEncoder(given, own.encoder, base, words.tag);

  /** @returns {Promise<Wish>} */
  async function wish() {
    const link = linked ? await fromAddress(words) : undefined;
    if (link?.recipe) return { ...(await withEncoder(link)), insists: true };
    const file = src || given ? await (await import('./source.js')).sourceOf(given, src, words) : {};
    const found = file.recipe && !get('encoder') ? await withEncoder(file) : file;
    return { ...own, ...found, tasks, notice: [link?.notice, found.notice].filter(Boolean).join(' ') };
  }

  return {
    words,
    problems,
    views,
    run,
    keep: keeps === 'on' ? nameOnPage(element, run) : undefined,
    base,
    autostart: element.hasAttribute('autostart'),
    record: record && new URL(record, base).href,
    linked,
    wish,
    fallback: own,
  };
}

/**
 * The elements of a page that show one run, in the page's order. The first one's attributes define the run.
 *
 * @template {HTMLElement} E
 * @param {E} element One of them.
 * @returns {E[]}
 */
export function companions(element) {
  const nameOf = (/** @type {Element} */ one) => one.getAttribute('run')?.trim();
  const name = nameOf(element);
  if (!name) return [element];
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  return /** @type {E[]} */ ([...root.querySelectorAll(element.localName)]).filter((other) => nameOf(other) === name);
}

/** The name of an element's run among those of all pages: the run's, the element's, or its place in the page. @param {HTMLElement} element @param {string} [run] */
function nameOnPage(element, run) {
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  const place = [...root.querySelectorAll(element.localName)].indexOf(element);
  return `${location.pathname}#${run ?? (element.id || place)}`;
}

/** The views that an element shows. @param {HTMLElement} element @param {(name: string) => void} [unknown] Called with each unknown name. */
export function viewsOf(element, unknown) {
  const names = element.getAttribute('views')?.trim().split(/\s+/).filter(Boolean) ?? [];
  return (names.length > 0 ? names : USUAL).flatMap((name) => {
    if (Object.hasOwn(VIEWS, name)) return [name];
    if (Object.hasOwn(GROUPS, name)) return GROUPS[name];
    unknown?.(name);
    return [];
  });
}

/** The strings in the element's language: its own `lang`, or that of its nearest ancestor. @param {HTMLElement} element */
async function wordsOf(element) {
  const own = element.getAttribute('lang')?.trim();
  const tag = own || element.closest('[lang]')?.getAttribute('lang') || 'en';
  const known = LANGUAGES.find((name) => tag.toLowerCase() === name || tag.toLowerCase().startsWith(`${name}-`));
  const words = await tableOf(known ?? 'en');
  return { words, problem: own && !known ? words.attributes.choice('lang', own, LANGUAGES) : '' };
}

/** A folder's address, relative to the page. @param {string} address */
const folder = (address) => new URL(address.endsWith('/') ? address : `${address}/`, document.baseURI).href;

/** A preset as its button opens it: the notebook with its sensible labels. @param {string} name @returns {Preset} */
const presetOf = (name) => (name === 'notebook' ? { name, labels: 'sensible' } : { name });

/** A sentence for each attribute that looks misspelled. @param {HTMLElement} element @param {Words['attributes']} say */
function unknown(element, say) {
  return element.getAttributeNames().flatMap((name) => {
    if (ATTRIBUTES.includes(name) || GLOBAL.test(name)) return [];
    const meant = ATTRIBUTES.find((known) => distance(name, known) <= 2);
    return meant ? [say.unknown(name, meant, ATTRIBUTES)] : [];
  });
}

/** Attributes that any element may have, and `status`, which the tag sets itself. */
const GLOBAL = /^(id|class|style|title|hidden|dir|slot|part|role|tabindex|status|data-.*|aria-.*|on.*)$/;

/** Levenshtein distance between two words. @param {string} a @param {string} b */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
