// <polytask-lab>: the tag. It is small, and loads what it shows when it comes near the screen or is used.

import { ATTRIBUTES, readAttributes } from './lab/attributes.js';

/** @typedef {import('./lab/lab.js').Lab} Lab */
/** @typedef {import('./lab/labs.js').Shared} Shared */
/** @typedef {import('./lab/views.js').View} View */

const BASE = new URL('./', import.meta.url).href;
/** So far from the screen it begins to load. */
const NEAR = '600px';
/** These change in place; another of the rest begins anew. */
const IN_PLACE = ['theme'];

export class PolytaskLab extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  #shadow = this.attachShadow({ mode: 'open' });
  /** Settled when there is something to train. @type {PromiseWithResolvers<Lab>} */
  #open = Promise.withResolvers();
  /** @type {Shared | undefined} */
  #shared;
  /** Leaves what is shared. */
  #release = () => {};
  /** @type {View[]} */
  #views = [];
  /** Number of the latest start: an earlier one stops where it waits. */
  #started = 0;
  /** @type {IntersectionObserver | undefined} */
  #nearby;

  connectedCallback() {
    if (this.#shared) return; // It was moved.
    this.#shadow.replaceChildren(document.createElement('slot'));
    if (this.hasAttribute('autostart')) {
      this.#begin();
      return;
    }
    this.#nearby = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) this.#begin();
      },
      { rootMargin: NEAR },
    );
    this.#nearby.observe(this);
  }

  disconnectedCallback() {
    // An element that is moved in the document leaves it for a moment.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
  }

  /** @param {string} name @param {string | null} before @param {string | null} after */
  attributeChangedCallback(name, before, after) {
    if (!this.#shared || before === after) return;
    if (IN_PLACE.includes(name)) {
      this.#shared.lab.views.recolour();
    } else {
      this.#end();
      this.connectedCallback();
    }
  }

  /** What the run has come to: a copy. */
  get state() {
    const run = this.#shared?.lab.run;
    return run && { ...run, tasks: [...run.tasks] };
  }

  /** Trains to the end. */
  async train() {
    (await this.#used()).train();
  }

  async pause() {
    (await this.#used()).pause();
  }

  /** One step. @param {string[]} [tasks] On these tasks only; all if absent or empty. */
  async step(tasks) {
    (await this.#used()).step(tasks);
  }

  /** Back to before the first step, with the sentences and settings as they are. */
  async reset() {
    (await this.#used()).reset();
  }

  /**
   * Classifies a sentence with every head as it stands.
   *
   * @param {string} text
   * @returns {Promise<import('./types.js').Prediction>}
   */
  async predict(text) {
    return (await this.#used()).predict(text);
  }

  #used() {
    if (!this.isConnected) throw new Error('<polytask-lab> must stand in a document to be used.');
    if (!this.#shared) this.#begin();
    return this.#open.promise;
  }

  async #begin() {
    this.#nearby?.disconnect();
    const mine = ++this.#started;
    const wanted = await readAttributes(this, BASE);
    const [{ makeLab }, { acquire, release }, { styleSheets }, { VIEWS }] = await Promise.all([
      import('./lab/make.js'),
      import('./lab/labs.js'),
      import('./ui/styles.js'),
      import('./views/registry.js'),
    ]);
    const [sheets, ...makers] = await Promise.all([styleSheets(), ...wanted.views.map((name) => VIEWS[name]())]);
    if (mine !== this.#started || !this.isConnected) return;

    const shared = acquire(wanted.run, this, () => makeLab(wanted, (event) => this.#tell(shared, event), () => this.#reflect(shared)));
    this.#shared = shared;
    this.#release = () => release(wanted.run, this, shared);
    const { lab, notices } = shared;
    this.#shadow.adoptedStyleSheets = sheets;
    const root = document.createElement('div');
    root.className = 'lab';
    root.lang = wanted.words.tag;
    for (const problem of wanted.problems) root.append(misuse(problem));
    this.#views = makers.map((make) => make(lab));
    for (const view of this.#views) root.append(view.element);
    // Messages hang from the bar, or stand where the lab's first element is.
    if (wanted.views.includes('controls') || !notices.element.isConnected)
      (root.querySelector('.bar') ?? root).append(notices.element);
    this.#shadow.replaceChildren(root);
    for (const view of this.#views) lab.add(view);
    this.#reflect(shared);
    lab.opened.then(() => this.#open.resolve(lab));
  }

  #end() {
    this.#started += 1;
    this.#nearby?.disconnect();
    if (!this.#shared) return;
    for (const view of this.#views) this.#shared.lab.remove(view);
    this.#views = [];
    this.#shared = undefined;
    this.#open = Promise.withResolvers();
    this.#shadow.replaceChildren();
    this.#release();
  }

  /**
   * Tells the page of an event of the run: `polytask-step` and so on, and each as `polytask` too. Of elements that share
   * a run the first tells.
   *
   * @param {Shared} shared
   * @param {import('./types.js').RunEvent} event
   */
  #tell({ hosts }, event) {
    for (const type of [`polytask-${event.type}`, 'polytask'])
      hosts[0]?.dispatchEvent(new CustomEvent(type, { detail: event, bubbles: true, composed: true }));
  }

  /** The state as an attribute, for style sheets and those who look from outside. @param {Shared} shared */
  #reflect(shared) {
    for (const host of shared?.hosts ?? [])
      if (host.getAttribute('status') !== shared.lab.run.status) host.setAttribute('status', shared.lab.run.status);
  }
}

/** What is wrong with the tag, where it stands. @param {string} text */
function misuse(text) {
  const element = document.createElement('p');
  element.className = 'misuse';
  element.setAttribute('role', 'alert');
  element.textContent = text;
  return element;
}

if (!customElements.get('polytask-lab')) customElements.define('polytask-lab', PolytaskLab);
