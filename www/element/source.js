// The data that a page gives to a tag: the file that `src` names, or what a script has set. Loaded when there are any.

import { PRESET_NAMES } from '../lab/document/presets.js';

/** @typedef {import('./attributes.js').Given} Given */
/** @typedef {import('../lab/document/sources.js').Wish} Wish */
/** @typedef {import('../strings/words.js').Words} Words */
/** @typedef {typeof import('../strings/source.en.js').default} SourceWords */
/** @typedef {Pick<Wish, 'file' | 'recipe' | 'recipeName' | 'chooses' | 'insists' | 'silent' | 'notice'>} Source */

/** The fields of a recipe, apart from `tasks`, by which it differs from a table in JSON. None of these is a list. */
const FIELDS = ['data', 'validation', 'encoder', 'pooling', 'training', 'seed', 'diagnostics'];
/** How a page begins. */
const HTML = /^\s*<(!doctype html|html|head|body|!--)/i;
/** Types that hold no text. */
const NO_TEXT = /^(image|audio|video|font)\//;
/** The endings of names by which tables are known, and the types that stand for them. */
const TABLE = /\.(csv|tsv|tab|jsonl|ndjson|json)$/i;
/** @type {[RegExp, string][]} */
const ENDINGS = [
  [/csv/, '.csv'],
  [/tab-separated|tsv/, '.tsv'],
  [/json/, '.json'],
];

/**
 * @param {Given | undefined} given What a script has set.
 * @param {string | undefined} src The attribute, which counts if nothing was given.
 * @param {Words} words
 * @returns {Promise<Source>} Rejects with one sentence.
 */
export async function sourceOf(given, src, words) {
  const { default: say } = await (words.tag === 'de' ? import('../strings/source.de.js') : import('../strings/source.en.js'));
  if (!given) return fetched(String(src), words, say);
  const { recipe, examples, insists } = given;
  const [name, data] = examples ? ['examples', { data: { examples } }] : ['recipe', recipe];
  return { ...(await read(data, say.property(name), name, words, say)), chooses: Boolean(examples), insists, silent: true };
}

/** @param {string} src @param {Words} words @param {SourceWords} say @returns {Promise<Source>} */
async function fetched(src, words, say) {
  const address = addressOf(src);
  if (!address) throw new Error(say.notAddress(src));
  const { url, name } = address;
  const noAnswer = () => Promise.reject(new Error(say.noAnswer(url.href, url.origin !== location.origin)));
  const response = await fetch(url).catch(noAnswer);
  if (!response.ok) throw new Error(say.notFetched(url.href, response.status));
  const type = response.headers.get('content-type')?.split(';')[0].trim().toLowerCase() ?? '';
  if (NO_TEXT.test(type)) throw new Error(say.otherKind(url.href, type));
  const bytes = new Uint8Array(await response.arrayBuffer().catch(noAnswer));
  const text = new TextDecoder().decode(bytes);
  if (HTML.test(text)) throw new Error(say.html(url.href));

  const file = { name: TABLE.test(name) ? name : name + (ENDINGS.find(([like]) => like.test(type))?.[1] ?? ''), bytes };
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // A file with one object a line is no JSON as a whole.
    const isJson = file.name.endsWith('.json') && !isLines(text);
    if (isJson) throw new Error(say.notJson(url.href, error instanceof Error ? error.message : ''));
    return { file };
  }
  return isTable(json) ? { file } : read(json, url.href, name, words, say);
}

/**
 * @param {any} given A recipe as a file or a script has it.
 * @param {string} what How sentences begin that complain of it.
 * @param {string} name
 * @param {Words} words
 * @param {SourceWords} say
 * @returns {Promise<Source>}
 */
async function read(given, what, name, words, say) {
  if (given?.data?.file) throw new Error(words.sources.byPath(String(given.data.file.path ?? name)));
  const { recipeOfFile } = await import('../lab/recipe/known-recipe.js');
  const read = recipeOfFile(given);
  if (read === 'no recipe') throw new Error(say.notRecipe(what));
  if (read === 'no sentences') throw new Error(say.noSentences(what, PRESET_NAMES));
  const { recipe, unknown, crowded } = read;
  const notices = [
    ...(unknown.length > 0 ? [say.leftOut(name, unknown)] : []),
    ...(crowded.length > 0 ? [words.sources.crowded(crowded)] : []),
  ];
  return { recipe, recipeName: name, notice: notices.join(' ') || undefined };
}

/** The file's URL and name; undefined if `src` is no valid address. @param {string} src */
function addressOf(src) {
  try {
    const url = new URL(src, document.baseURI);
    return { url, name: decodeURIComponent(url.pathname).split('/').at(-1) || url.host };
  } catch {
    return undefined;
  }
}

/** Whether a text's first line is a JSON object. @param {string} text */
function isLines(text) {
  try {
    return typeof JSON.parse(text.trimStart().split('\n', 1)[0]) === 'object';
  } catch {
    return false;
  }
}

/**
 * Whether JSON is a table: a list of rows, one row, or an object with a list for each column. All else is to be a recipe.
 *
 * @param {unknown} json
 */
function isTable(json) {
  if (typeof json !== 'object' || json === null) return false;
  const isField = (/** @type {[string, unknown]} */ [name, value]) => name === 'tasks' || (FIELDS.includes(name) && !Array.isArray(value));
  return Array.isArray(json) || (Object.keys(json).length > 0 && !Object.entries(json).some(isField));
}
