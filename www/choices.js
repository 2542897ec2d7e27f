// What the reader of a page chooses: its language and its colours, kept from visit to visit.
//
// English stands in the page itself, in elements marked `data-s="key"` and attributes marked `data-s-label="key"` and
// the like. Another language is a table of the same keys in strings/, whose values may hold `*emphasis*`, `` `code` ``
// and `[links](address)`: these become elements, everything else text.

import { h } from './ui/dom.js';

/** Marked attributes and what they translate. @type {Record<string, string>} */
const ATTRIBUTES = { 'data-s-label': 'aria-label', 'data-s-title': 'title', 'data-s-content': 'content' };
const MARKUP = /\*([^*]+)\*|`([^`]+)`|\[([^\]]+)\]\(([^)]+)\)/g;
/** The first sentences' tasks have their curves' colours in the text too. @type {Record<string, string>} */
const TASK_COLOURS = { topic: 'task-0', sentiment: 'task-1' };

const root = document.documentElement;
/** What the marked elements held when the page came. @type {Map<Element, Node[]>} */
const english = new Map();
/** The marked attributes. @type {{ element: Element, name: string, key: string, english: string }[]} */
const attributes = [];

// ---- language

/** @typedef {Record<string, string>} Words Texts by their keys. */

/** The words of a language; of English, none are needed. @type {Record<string, () => Promise<Words | undefined>>} */
const languages = { en: async () => undefined };
/** The language asked for last: while one is on its way, another may be chosen. */
let wanted = 'en';

/**
 * The page speaks the reader's language from now on. What is marked must be in the page already.
 *
 * @param {Record<string, () => Promise<Words>>} others The page's words in languages other than English.
 */
export function listenForLanguages(others) {
  Object.assign(languages, others);
  for (const element of document.querySelectorAll('[data-s]')) english.set(element, [...element.childNodes]);
  for (const [mark, name] of Object.entries(ATTRIBUTES))
    for (const element of document.querySelectorAll(`[${mark}]`))
      attributes.push({ element, name, key: element.getAttribute(mark) ?? '', english: element.getAttribute(name) ?? '' });
  for (const link of document.querySelectorAll('.languages a'))
    link.addEventListener('click', (event) => {
      // In place: a run in progress outlives a change of language. What is chosen here outdoes what the address says.
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
    // The text that is about to be replaced is not shown first, and the labs begin in the language at once.
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
  // Where the words cannot be had, the page stays as it is.
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

/** @param {string} said Text with the little markup that the tables may have. */
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

/** The page has the colours that the reader chose; where it has a switch for them, another choice is kept. */
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

// ---- what is kept from visit to visit; where storage is denied, nothing is

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
    // It holds until the page is left.
  }
}
