// Makes and finds elements. Text always becomes text nodes: nothing in this page parses HTML at run time.

/** Attributes that elements have no property for, or a property of another name or type. */
const ATTRIBUTES = new Set(['role', 'for', 'part', 'list']);

/** The parts by which a page may style the elements of these tags. */
const PARTS = new Map([
  ['button', 'button'],
  ['input', 'field'],
  ['select', 'field'],
  ['textarea', 'field'],
  ['dialog', 'dialog'],
]);

/** Whether the reader types in it: in any script. @param {string} tag @param {Record<string, unknown>} properties */
const isTyped = (tag, { type }) => tag === 'textarea' || type === 'text' || type === 'search';

/**
 * Makes an element. Sets `properties` as DOM properties; names with a hyphen and those in `ATTRIBUTES` as attributes.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries({ part: PARTS.get(tag), dir: isTyped(tag, properties) ? 'auto' : undefined, ...properties })) {
    if (value === undefined) continue;
    if (name.includes('-') || ATTRIBUTES.has(name)) element.setAttribute(name, String(value));
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else Reflect.set(element, name, value);
  }
  element.append(...children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an SVG element.
 *
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 */
export function s(tag, attributes = {}, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * Finds the element marked `data-part="name"`.
 *
 * @template {HTMLElement} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @returns {E}
 */
export function part(root, name) {
  const element = root.querySelector(`[data-part="${name}"]`);
  if (!element) throw new Error(`The page has no part named ${name}.`);
  return /** @type {E} */ (element);
}

/**
 * The CSS colour of the k-th task. The colours differ for every common kind of colour blindness; see tokens.css.
 *
 * @param {number} task
 */
export const taskColour = (task) => `var(--task-${task % TASK_COLOURS})`;

/** Number of --task-… colours in tokens.css. */
export const TASK_COLOURS = 6;

/**
 * Calls `call` once after `ms` without another call.
 *
 * @param {() => void} call
 * @param {number} ms
 */
export function debounce(call, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(call, ms);
  };
  soon.cancel = () => clearTimeout(timer);
  return soon;
}

/** Time in ms for all that waits for a frame; what does not fit waits for the next one, so that none is long. */
const FRAME_MS = 12;
/** What waits for a frame. @type {Set<() => void>} */
const waiting = new Set();
let isAsked = false;

/**
 * Calls `call` at most once a frame.
 *
 * @param {() => void} call Another function for each caller.
 */
export function oncePerFrame(call) {
  return () => {
    waiting.add(call);
    askForFrame();
  };
}

function askForFrame() {
  if (!isAsked) requestAnimationFrame(callWaiting);
  isAsked = true;
}

function callWaiting() {
  isAsked = false;
  const end = performance.now() + FRAME_MS;
  for (const call of [...waiting]) {
    waiting.delete(call);
    try {
      call();
    } catch (error) {
      reportError(error);
    }
    if (performance.now() > end) break;
  }
  if (waiting.size > 0) askForFrame();
}
