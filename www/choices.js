// The reader's choice of language and colours, kept from visit to visit.
//
// The page itself is in English; its translatable elements are marked `data-s="key"`, its attributes `data-s-label="key"` and
// the like. Each other language has a table with the same keys in strings/. Its values may contain `*emphasis*`, `` `code` ``
// and `[links](address)`, which become elements; everything else becomes text.

import { h } from './ui/dom.js';

/** Marks of translatable attributes, and the attribute that each translates. @type {Record<string, string>} */
const ATTRIBUTES = { 'data-s-label': 'aria-label', 'data-s-title': 'title', 'data-s-content': 'content' };
const MARKUP = /\*([^*]+)\*|`([^`]+)`|\[([^\]]+)\]\(([^)]+)\)/g;
/** Names of tasks in the text have the colours of these tasks in the charts. @type {Record<string, string>} */
const TASK_COLOURS = { topic: 'task-0', sentiment: 'task-1' };

const root = document.documentElement;
/** The English content of each marked element. @type {Map<Element, Node[]>} */
const english = new Map();
/** The marked attributes. @type {{ element: Element, name: string, key: string, english: string }[]} */
const attributes = [];

// ---- language

/** @typedef {Record<string, string>} Words Texts by their keys. */

/** Loads a language's texts; English, which is in the page, needs none. @type {Record<string, () => Promise<Words | undefined>>} */
const languages = { en: async () => undefined };
/** The language chosen last: the reader may choose another while one is loading. */
let wanted = 'en';

/**
 * Shows the page in the reader's language from now on. All marked elements must be in the page already.
 *
 * @param {Record<string, () => Promise<Words>>} others Loads the page's texts in each language other than English.
 */
export function listenForLanguages(others) {
  Object.assign(languages, others);
  for (const element of document.querySelectorAll('[data-s]')) english.set(element, [...element.childNodes]);
  for (const [mark, name] of Object.entries(ATTRIBUTES))
    for (const element of document.querySelectorAll(`[${mark}]`))
      attributes.push({ element, name, key: element.getAttribute(mark) ?? '', english: element.getAttribute(name) ?? '' });
  for (const link of document.querySelectorAll('.languages a'))
    link.addEventListener('click', (event) => {
      // Translates in place, so that a run in progress goes on. The choice overrides the address's parameter, which is removed.
      event.preventDefault();
      const language = link.getAttribute('hreflang') ?? 'en';
      remember('language', language);
      const address = new URL(location.href);
      address.searchParams.delete('lang');
      history.replaceState(history.state, '', address);
      speak(language);
    });
  const language = firstLanguage();
  if (language === 'en') {
    speak(language);
  } else {
    // Hides the English text until it is replaced, and lets the labs start in the reader's language.
    root.classList.add('translating');
    for (const lab of document.querySelectorAll('polytask-lab')) lab.setAttribute('lang', language);
    speak(language).finally(() => root.classList.remove('translating'));
  }
}

function firstLanguage() {
  const asked = [new URLSearchParams(location.search).get('lang'), remembered('language'), ...navigator.languages];
  return asked.map((tag) => tag?.slice(0, 2).toLowerCase() ?? '').find((tag) => tag in languages) ?? 'en';
}

/** @param {string} language */
async function speak(language) {
  wanted = language;
  // If the texts cannot be loaded, the page stays as it is.
  const words = await languages[language]().catch(() => null);
  if (wanted !== language || words === null) return;
  root.lang = language;
  for (const [element, nodes] of english) {
    const said = words?.[element.getAttribute('data-s') ?? ''];
    element.replaceChildren(...(said === undefined ? nodes : nodesOf(said)));
  }
  for (const { element, name, key, english } of attributes) element.setAttribute(name, words?.[key] ?? english);
  for (const lab of document.querySelectorAll('polytask-lab')) lab.setAttribute('lang', language);
  for (const link of document.querySelectorAll('.languages a'))
    if (link.getAttribute('hreflang') === language) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
}

/** @param {string} said Text with `MARKUP`. */
function nodesOf(said) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let end = 0;
  for (const { 0: whole, 1: stressed, 2: code, 3: linked, 4: href, index } of said.matchAll(MARKUP)) {
    nodes.push(said.slice(end, index));
    if (stressed) nodes.push(h('em', { className: TASK_COLOURS[stressed.toLowerCase()] }, stressed));
    else if (code) nodes.push(h('code', {}, code));
    else nodes.push(h('a', { href }, linked));
    end = index + whole.length;
  }
  nodes.push(said.slice(end));
  return nodes;
}

// ---- colours

/** Applies the colours that the reader chose, and saves a new choice if the page has a switch for them. */
export function listenForThemes() {
  const saved = remembered('theme');
  if (saved === 'light' || saved === 'dark') paint(saved);
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('.themes input'))) {
    if (input.value === saved) input.checked = true;
    input.addEventListener('change', () => {
      remember('theme', input.value);
      paint(input.value);
    });
  }
}

/** @param {string} theme `auto`, `light` or `dark`. */
function paint(theme) {
  const painted = [root, ...document.querySelectorAll('polytask-lab')];
  for (const element of painted) {
    const name = element === root ? 'data-theme' : 'theme';
    if (theme === 'auto') element.removeAttribute(name);
    else element.setAttribute(name, theme);
  }
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    const own = meta.getAttribute('data-media') ?? meta.getAttribute('media') ?? '';
    meta.setAttribute('data-media', own);
    meta.setAttribute('media', theme === 'auto' ? own : own.includes(theme) ? 'all' : 'not all');
  }
}

// ---- storage: if the browser denies it, choices last until the page is left

/** @param {string} name */
function remembered(name) {
  try {
    return localStorage.getItem(`polytask-${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
function remember(name, value) {
  try {
    localStorage.setItem(`polytask-${name}`, value);
  } catch {
    // Storage is denied.
  }
}
