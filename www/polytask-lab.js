// <polytask-lab>: the tag. It is small, and loads what it shows when it comes near the screen or is used.

import { ATTRIBUTES, companions, readAttributes, viewsOf } from './element/attributes.js';
import { startEarly } from './engine/engine.js';
import { VIEWS, wantsOf } from './views/registry.js';

/** @typedef {import('./lab/lab.js').Lab} Lab */
/** @typedef {import('./lab/labs.js').Shared<HTMLElement, import('./views/notices.js').NoticesView>} Shared */
/** @typedef {import('./views/view.js').View} View */

const BASE = new URL('./', import.meta.url).href;
/** So far from the screen it begins to load. */
const NEAR = '600px';
/** A change of these shows the same run anew; a change of others, but for the theme, begins another. */
const OF_THE_SHOW = ['lang', 'views'];

export class PolytaskLab extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  #shadow = this.attachShadow({ mode: 'open' });
  /** Settled when the lab's sentences are open. @type {PromiseWithResolvers<Lab>} */
  #open = Promise.withResolvers();
  /** Whether it is settled. */
  #isOpen = false;
  /** The lab, perhaps before its views are here. @type {Shared | undefined} */
  #shared;
  /** Releases the lab. */
  #release = () => {};
  /** @type {View[]} */
  #views = [];
  /** Number of the latest start: an earlier one stops where it waits. */
  #started = 0;
  #starting = false;
  /** @type {IntersectionObserver | undefined} */
  #nearby;

  connectedCallback() {
    if (this.#shared || this.#starting) return; // It was moved.
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
    const isMade = this.#nearby || this.#shared || this.#starting;
    if (before === after || !isMade) return;
    if (name === 'theme') return; // Style sheets see it.
    if (OF_THE_SHOW.includes(name)) {
      if (this.#shared || this.#starting) this.#begin();
    } else if (name === 'run') {
      this.#restart();
    } else {
      // Of elements that share a run, the first says which it is: with it all go over to the next.
      const all = companions(this);
      if (all[0] === this) for (const element of all) if (element instanceof PolytaskLab) element.#restart();
    }
  }

  #restart() {
    if (this.#shared) {
      const isStarting = this.#starting;
      this.#end();
      if (isStarting) this.#begin();
      else this.connectedCallback();
    } else if (this.#starting) {
      this.#begin();
    }
  }

  /** The run's state: a copy. */
  get state() {
    return this.#shared?.lab.run;
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
    this.#starting = true;
    // The slowest part starts first: the worker compiles the library while the page loads the rest.
    const letGo = startEarly();
    try {
      await this.#load(mine);
    } catch (error) {
      if (mine !== this.#started) return; // A later start decides.
      // A lab on show stays, with the reason above it; callers that wait for a lab get the error.
      if (!this.#shadow.querySelector('.lab')) {
        this.#leave();
        this.#open.promise.catch(() => {});
        this.#open.reject(error);
        this.#open = Promise.withResolvers();
      }
      if (this.#shadow.firstElementChild?.matches('.misuse')) this.#shadow.firstElementChild.remove();
      this.#shadow.prepend(misuse(whyNot(error)));
    } finally {
      letGo();
      if (mine === this.#started) this.#starting = false;
    }
  }

  /** @param {number} mine */
  async #load(mine) {
    const code = import('./element/parts.js');
    const loading = viewsOf(this).map((name) => VIEWS[name]());
    // They are awaited below; something else may fail before.
    for (const part of [code, ...loading]) part.catch(() => {});
    const wanted = await readAttributes(this, BASE);
    const { acquire, listenForUndo, makeLab, release, styleSheets } = await code;
    // Of elements that share a run, the first in the page says which run that is, and all of them what it is to measure.
    const all = companions(this);
    const ofRun = all[0] === this ? wanted : await readAttributes(all[0], BASE);
    const measured = wantsOf(all.flatMap((element) => viewsOf(element)));
    if (mine !== this.#started || !this.isConnected) return;

    if (!this.#shared) {
      const shared = acquire(wanted.run, this, () => makeLab({ ...ofRun, measured }, (event) => this.#tell(shared, event), () => this.#reflect(shared)));
      this.#shared = shared;
      this.#release = () => release(wanted.run, this, shared);
    }
    // The lab is at work meanwhile.
    const [sheets, ...makers] = await Promise.all([styleSheets(), ...loading]);
    if (mine !== this.#started || !this.isConnected) return;
    this.#shadow.adoptedStyleSheets = sheets;
    const { lab } = this.#shared;
    listenForUndo(this.#show(this.#shared, wanted, makers), lab.store);
    lab.want(measured);
    lab.opened.then(() => {
      if (this.#shared?.lab !== lab) return; // It has been another's since.
      if (all[0] === this && mine === this.#started) this.#tellMisnamed(lab, wanted.words);
      this.#open.resolve(lab);
      this.#isOpen = true;
    });
  }

  /**
   * @param {Shared} shared
   * @param {import('./element/attributes.js').Wanted} wanted
   * @param {((lab: Lab) => View)[]} makers
   * @returns {HTMLElement} What stands in the shadow root.
   */
  #show(shared, { words, problems, views }, makers) {
    const { lab, notices } = shared;
    this.#clear(lab);
    lab.words = words;
    notices.speak(words);
    const root = document.createElement('div');
    root.className = 'lab';
    root.lang = words.tag;
    for (const problem of problems) root.append(misuse(problem));
    this.#views = makers.map((make) => make(lab));
    for (const view of this.#views) root.append(view.element);
    // Messages hang from the bar, or stand where the lab's first element is.
    const bar = root.querySelector('.bar');
    if (bar || !notices.element.isConnected) (bar ?? root).append(notices.element);
    this.#shadow.replaceChildren(root);
    for (const view of this.#views) lab.add(view);
    this.#reflect(shared);
    return root;
  }

  /**
   * Shows errors in the attribute `tasks`, which are known only once the sentences are.
   *
   * @param {Lab} lab
   * @param {import('./strings/words.js').Words} words
   */
  #tellMisnamed({ sources: { misnamed } }, { attributes: say }) {
    const said = misnamed.names.map((name) => misuse(say.tasks(name, misnamed.columns)));
    this.#shadow.querySelector('.lab')?.prepend(...said);
  }

  /** @param {Lab} lab */
  #clear(lab) {
    for (const view of this.#views) lab.remove(view);
    this.#views = [];
  }

  #end() {
    this.#started += 1;
    this.#starting = false;
    this.#nearby?.disconnect();
    this.#leave();
    // Callers that still wait for a lab get the next one.
    if (this.#isOpen) this.#open = Promise.withResolvers();
    this.#isOpen = false;
  }

  /** Leaves the lab, if it has one. */
  #leave() {
    if (!this.#shared) return;
    const { lab, notices, hosts } = this.#shared;
    this.#clear(lab);
    this.#shadow.querySelector('.lab')?.remove();
    this.#shared = undefined;
    this.removeAttribute('status');
    this.#release();
    // Browsers may hold an element for a while that is gone; it holds no lab.
    this.#release = () => {};
    // Another that shows the run takes the messages over.
    if (!notices.element.isConnected) hosts[0]?.shadowRoot?.querySelector('.lab')?.append(notices.element);
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

/** How browsers say that a module or another file did not come. What a module throws on its way is something else. */
const NOT_FETCHED = /dynamically imported module|importing a module script failed|failed to fetch|load failed|networkerror/i;

/** Why a part is not here: its strings may be what is missing, so this is English. @param {unknown} error */
function whyNot(error) {
  const why = error instanceof Error ? error.message : String(error);
  return error instanceof Error && NOT_FETCHED.test(why)
    ? `This part could not be loaded (${why}); check the connection, then reload the page.`
    : `This part could not be started (${why}), which is a fault of the page and not of the connection; another browser may show it.`;
}

/** An error message about the tag, shown in its place. @param {string} text */
function misuse(text) {
  const element = document.createElement('p');
  element.className = 'misuse';
  element.setAttribute('role', 'alert');
  element.textContent = text;
  return element;
}

if (!customElements.get('polytask-lab')) customElements.define('polytask-lab', PolytaskLab);
