// Making and finding elements. Text only ever becomes text nodes: nothing in this page parses HTML at run time.

/**
 * Makes an element. Properties are set as DOM properties; names with a hyphen, and `role`, as attributes.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name.includes('-') || name === 'role' || name === 'for') element.setAttribute(name, String(value));
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else Reflect.set(element, name, value);
  }
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
 * The CSS colour of the k-th task. The palette is told apart with every common colour blindness; see tokens.css.
 *
 * @param {number} task
 */
export const taskColour = (task) => `var(--task-${task % TASK_COLOURS})`;

/** How many --task-… colours tokens.css has. */
export const TASK_COLOURS = 6;

/**
 * A share in per cent; with one decimal near both ends, so that 0 % and 100 % mean none and all.
 *
 * @param {number} x In [0, 1].
 */
export function percent(x) {
  const nearEnd = (x > 0 && x < 0.0995) || (x > 0.9895 && x < 1);
  return nearEnd ? `${Math.min(99.9, Math.max(0.1, 100 * x)).toFixed(1)} %` : `${(100 * x).toFixed(0)} %`;
}

/** Three significant digits, with a minus as wide as a plus; small ones as 1.79e−5. @param {number} x */
export function digits(x) {
  if (x === 0) return '0';
  const text = Math.abs(x) < 1e-3 ? x.toExponential(2) : x.toPrecision(3);
  return text.replaceAll('-', '−').replace('e+', 'e');
}

/** A change: {@link digits} with its sign. @param {number} x */
export const signed = (x) => (x > 0 ? `+${digits(x)}` : digits(x));

/** A cosine, with its sign if it shows. @param {number} x In [−1, 1]. */
export function cosineText(x) {
  const text = Math.abs(x).toFixed(2);
  return `${text === '0.00' ? '' : x > 0 ? '+' : '−'}${text}`;
}

/** @param {number} n */
export const grouped = (n) => n.toLocaleString('en-GB');

/** @param {number} bytes */
export const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

/**
 * Calls `call` once after `ms` without another call.
 *
 * @param {() => void} call
 * @param {number} ms
 */
export function debounce(call, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, ms);
  };
}

/**
 * Calls `call` at most once a frame.
 *
 * @param {() => void} call
 */
export function oncePerFrame(call) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      call();
    });
  };
}
