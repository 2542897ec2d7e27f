// The article around the figures: its language, its colours, the chapter that is being read, and that all of it can be
// read again without a network.
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

/** The words of a language; of English, none are needed. @type {Record<string, () => Promise<Record<string, string> | undefined>>} */
const LANGUAGES = {
  en: async () => undefined,
  de: async () => (await import('./strings/article.de.js')).default,
};
/** The language asked for last: while one is on its way, another may be chosen. */
let wanted = 'en';

function firstLanguage() {
  const asked = [new URLSearchParams(location.search).get('lang'), remembered('language'), ...navigator.languages];
  return asked.map((tag) => tag?.slice(0, 2).toLowerCase() ?? '').find((tag) => tag in LANGUAGES) ?? 'en';
}

/** @param {string} language */
async function speak(language) {
  wanted = language;
  // Where the words cannot be had, the page stays as it is.
  const words = await LANGUAGES[language]().catch(() => null);
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

function listenForLanguages() {
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
}

// ---- colours

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

function listenForThemes() {
  const saved = remembered('theme');
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('.themes input'))) {
    if (input.value === saved) {
      input.checked = true;
      paint(saved);
    }
    input.addEventListener('change', () => {
      remember('theme', input.value);
      paint(input.value);
    });
  }
}

// ---- the chapter that is being read

function followReader() {
  /** @type {Map<Element, Element>} */
  const links = new Map();
  for (const chapter of document.querySelectorAll('[data-chapter]')) {
    const link = document.querySelector(`.contents a[href="#${chapter.id}"]`);
    if (link) links.set(chapter, link);
  }
  // A chapter is read while it crosses a line a third of the way down the window.
  const observer = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes)
        if (isIntersecting) links.get(target)?.setAttribute('aria-current', 'true');
        else links.get(target)?.removeAttribute('aria-current');
    },
    { rootMargin: '-33% 0px -66% 0px' },
  );
  for (const chapter of links.keys()) observer.observe(chapter);
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

listenForThemes();
listenForLanguages();
followReader();
addEventListener('load', async () => (await import('./offline.js')).keepForLater());
const language = firstLanguage();
if (language === 'en') {
  speak(language);
} else {
  // The text that is about to be replaced is not shown first.
  root.classList.add('translating');
  speak(language).finally(() => root.classList.remove('translating'));
}
