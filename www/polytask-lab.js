// The custom element <polytask-lab>. This module is small; it loads the views and the engine when the element comes near the
// screen or is used.

import { ATTRIBUTES, companions, readAttributes, viewsOf } from './element/attributes.js';
import { misuse, whyNot } from './element/misuse.js';
import { Reflecting, upgrade } from './element/properties.js';
import { startEarly } from './engine/engine.js';
import { base } from './engine/files.js';
import { letGo } from './ui/letting-go.js';
import { VIEWS, wantsOf } from './views/registry.js';

/** @typedef {import('./lab/lab.js').Lab} Lab */
/** @typedef {import('./lab/labs.js').Shared<HTMLElement, import('./views/notices.js').NoticesView>} Shared */
/** @typedef {import('./views/view.js').View} View */

/** Distance from the screen at which the element starts to load, in pixels. */
const NEAR = 600;
/** Attributes whose change redraws the same run. Any other, except the theme, starts another run. */
const DISPLAY_ATTRIBUTES = ['lang', 'views'];

export class PolytaskLab extends Reflecting {
  static observedAttributes = ATTRIBUTES;

  #shadow = this.attachShadow({ mode: 'open' });
  /** Resolved when the lab has opened its sentences. @type {PromiseWithResolvers<Lab>} */
  #open = Promise.withResolvers();
  /** Whether `#open` is resolved. */
  #isOpen = false;
  /** The lab, possibly before its views are loaded. @type {Shared | undefined} */
  #shared;
  /** Releases the lab, which other elements may share. */
  #release = () => {};
  /** @type {View[]} */
  #views = [];
  /** Number of the latest start: an earlier one stops at its next `await`. */
  #started = 0;
  #starting = false;
  /** @type {IntersectionObserver | undefined} */
  #nearby;
  /** The data that a script has given. @type {import('./element/attributes.js').Given | undefined} */
  #given;

  constructor() {
    super();
    upgrade(this, ['recipe', 'examples']);
  }

  connectedCallback() {
    if (this.#shared || this.#starting) return; // The element was moved.
    this.#shadow.replaceChildren(document.createElement('slot'));
    // The observer would say it a frame later, which on a page that has just been opened is a tenth of a second.
    if (this.hasAttribute('autostart') || isNear(this)) {
      this.#begin();
      return;
    }
    this.#nearby = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) this.#begin();
      },
      { rootMargin: `${NEAR}px` },
    );
    this.#nearby.observe(this);
  }

  disconnectedCallback() {
    // An element that is moved in the document leaves it for a moment.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#refuse(new DOMException('The element was removed.', 'AbortError'));
      this.#end();
    });
  }

  /** @param {string} name @param {string | null} before @param {string | null} after */
  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    if (name === 'theme') return; // The style sheets select on it.
    if (DISPLAY_ATTRIBUTES.includes(name)) {
      if (this.#shared || this.#starting) this.#begin();
    } else if (name === 'run') {
      this.#restart();
    } else {
      this.#restartAll();
    }
  }

  /** The first of the elements that share a run defines it: if its attributes change, all of them start again. */
  #restartAll() {
    if (!(this.#nearby || this.#shared || this.#starting)) return;
    const all = companions(this);
    if (all[0] === this) for (const element of all) if (element instanceof PolytaskLab) element.#restart();
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

  /** A copy of the run's state. */
  get state() {
    return this.#shared?.lab.run;
  }

  /** A copy of the run's recipe; set, it goes before the attributes `src` and `preset`. @returns {import('./polytask.js').GivenRecipe | undefined} */
  get recipe() {
    const lab = this.#shared?.lab;
    return structuredClone(lab?.store.isOpen ? lab.recipe : this.#given?.recipe);
  }
  set recipe(recipe) {
    this.#give(recipe ? { recipe } : undefined);
  }

  /** A copy of the run's sentences; set, they go before `src` and `preset`. @returns {import('./polytask.js').GivenExample[] | undefined} */
  get examples() {
    return structuredClone(this.#shared?.lab.examples ?? this.#given?.examples);
  }
  set examples(examples) {
    this.#give(examples ? { examples } : undefined);
  }

  /** @param {import('./element/attributes.js').Given | undefined} given */
  #give(given) {
    const { insists, ...before } = this.#given ?? {};
    // Frameworks set a property again when they render again.
    if (JSON.stringify(given ?? {}) === JSON.stringify(before)) return;
    // A copy: the page may change its own. On an element that is in use it goes before what an earlier visit has left.
    this.#given = given && { ...JSON.parse(JSON.stringify(given)), insists: this.#isOpen };
    this.#restartAll();
  }

  /**
   * Trains to the end of the run. Rejects when it cannot begin or go on, and with an `AbortError` when the run is reset or its
   * sentences are replaced, or when the element is removed or shows another run.
   *
   * @returns {Promise<void>}
   */
  train() {
    const end = this.#used().then((lab) => lab.train());
    // The element shows why: a page that does not wait has no use for an error on its console.
    end.catch(() => {});
    return end;
  }

  async pause() {
    (await this.#used()).pause();
  }

  /** One step. @param {string[]} [tasks] On these tasks only; all if absent or empty. */
  async step(tasks) {
    (await this.#used()).step(tasks);
  }

  /** Returns to the state before the first step; sentences and settings stay as they are. */
  async reset() {
    (await this.#used()).reset();
  }

  /**
   * Classifies a sentence with every head in its current state.
   *
   * @param {string} text
   * @returns {Promise<import('./types.js').Prediction>}
   */
  async predict(text) {
    return (await this.#used()).predict(text);
  }

  /**
   * The model as it is now, as a zip.
   *
   * @param {import('./polytask.js').SaveOptions} [options]
   * @returns {Promise<Blob>} Rejects with one sentence.
   */
  async save(options) {
    const lab = await this.#used();
    return (await import('./models.js')).modelBlob(lab, options);
  }

  async #used() {
    if (!this.isConnected) throw new Error('<polytask-lab> must stand in a document to be used.');
    if (!this.#shared) this.#begin();
    return this.#open.promise;
  }

  async #begin() {
    this.#nearby?.disconnect();
    const mine = ++this.#started;
    this.#starting = true;
    let letGo = () => {};
    try {
      // The slowest part starts first: the worker compiles the library while the page loads the rest.
      letGo = startEarly();
      await this.#load(mine);
    } catch (error) {
      if (mine !== this.#started) return; // A later start replaces this one.
      // A lab that is shown stays, with the error above it. If none is, callers that wait for one get the error.
      if (!this.#shadow.querySelector('.lab')) {
        this.#leave();
        this.#refuse(error);
      }
      if (this.#shadow.firstElementChild?.matches('.misuse')) this.#shadow.firstElementChild.remove();
      this.#shadow.prepend(misuse(whyNot(error)));
    } finally {
      letGo();
      if (mine === this.#started) this.#starting = false;
    }
  }

  /** Callers that wait for the lab get an error. @param {unknown} why */
  #refuse(why) {
    this.#open.promise.catch(() => {});
    this.#open.reject(why);
    this.#open = Promise.withResolvers();
  }

  /** @param {number} mine */
  async #load(mine) {
    const code = import('./element/parts.js');
    const loading = viewsOf(this).map((name) => VIEWS[name]());
    // They are awaited below; if another part fails first, their errors must not count as unhandled.
    for (const part of [code, ...loading]) part.catch(() => {});
    const wanted = await readAttributes(this, base(), this.#given);
    const { acquire, keepKeys, listenForUndo, makeLab, release, styleSheets } = await code;
    // The first of the elements that share a run defines it; the views of all of them define which measurements it makes.
    const all = companions(this);
    const [first] = all;
    const ofRun = first === this ? wanted : await readAttributes(first, base(), first instanceof PolytaskLab ? first.#given : undefined);
    const measured = wantsOf(all.flatMap((element) => viewsOf(element)));
    if (mine !== this.#started || !this.isConnected) return;

    if (!this.#shared) {
      const shared = acquire(wanted.run, this, () => makeLab({ ...ofRun, measured }, (event) => this.#tell(shared, event), () => this.#reflect(shared)));
      this.#shared = shared;
      this.#release = () => release(wanted.run, this, shared);
    }
    // The lab works in the meantime.
    const [sheets, ...makers] = await Promise.all([styleSheets(), ...loading]);
    if (mine !== this.#started || !this.isConnected) return;
    this.#shadow.adoptedStyleSheets = sheets;
    keepKeys(this.#shadow);
    const { lab } = this.#shared;
    listenForUndo(this.#show(this.#shared, wanted, makers), lab.store);
    lab.want(measured);
    lab.opened.then(() => {
      if (this.#shared?.lab !== lab) return; // The element has another lab by now.
      if (all[0] === this && mine === this.#started) this.#tellMisnamed(lab, wanted.words);
      this.#open.resolve(lab);
      this.#isOpen = true;
    });
  }

  /**
   * @param {Shared} shared
   * @param {import('./element/attributes.js').Wanted} wanted
   * @param {((lab: Lab) => View)[]} makers
   * @returns {HTMLElement} The root element of the views.
   */
  #show(shared, { words, problems, views }, makers) {
    const { lab, notices } = shared;
    this.#clear(lab);
    lab.words = words;
    notices.speak(words);
    const root = document.createElement('div');
    root.className = 'lab opening';
    lab.opened.finally(() => root.classList.remove('opening'));
    root.lang = words.tag;
    for (const problem of problems) root.append(misuse(problem));
    this.#views = makers.map((make) => make(lab));
    for (const view of this.#views) root.append(view.element);
    // Messages appear under the bar; without a bar, in the first element that shows the lab.
    const bar = root.querySelector('.bar');
    if (bar || !notices.element.isConnected) (bar ?? root).append(notices.element);
    this.#shadow.replaceChildren(root);
    for (const view of this.#views) lab.rendering.add(view);
    this.#reflect(shared);
    return root;
  }

  /**
   * Shows errors in the attribute `tasks`, which can be checked only when the sentences are known.
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
    letGo(this.#shadow);
    for (const view of this.#views) lab.rendering.remove(view);
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

  /** Releases the lab and removes its views, if the element has one. */
  #leave() {
    if (!this.#shared) return;
    const { lab, notices, hosts } = this.#shared;
    this.#clear(lab);
    this.#shadow.querySelector('.lab')?.remove();
    this.#shared = undefined;
    this.removeAttribute('status');
    this.#release();
    // A browser may keep a removed element in memory for a while; it must not keep the lab too.
    this.#release = () => {};
    // Moves the messages to another element that shows the run.
    if (!notices.element.isConnected) hosts[0]?.shadowRoot?.querySelector('.lab')?.append(notices.element);
  }

  /**
   * Dispatches an event of the run to the page: as `polytask-step` and so on, and as `polytask` too. Of the elements that share
   * a run, only the first does.
   *
   * @param {Shared} shared
   * @param {import('./types.js').RunEvent} event
   */
  #tell({ hosts }, event) {
    for (const type of [`polytask-${event.type}`, 'polytask']) dispatch(hosts[0], type, event);
  }

  /**
   * Shows the run's status in the attribute `status`, for style sheets and embedding pages, and tells the page of the state.
   *
   * @param {Shared} shared
   */
  #reflect(shared) {
    const { hosts, lab: { run } } = shared;
    for (const host of hosts) if (host.getAttribute('status') !== run.status) host.setAttribute('status', run.status);
    const told = JSON.stringify(run);
    if (told === shared.told) return;
    shared.told = told;
    dispatch(hosts[0], 'polytask-state', run);
  }
}

/** Whether an element is on or near the screen; in a frame, and where a browser cannot tell, only an observer knows. @param {HTMLElement} element */
function isNear(element) {
  const isSeen = window === window.top && document.visibilityState === 'visible' && element.checkVisibility?.();
  const [box] = isSeen ? element.getClientRects() : [];
  return box !== undefined && box.top < innerHeight + NEAR && box.bottom > -NEAR && box.left < innerWidth + NEAR && box.right > -NEAR;
}

/** @param {HTMLElement | undefined} element @param {string} type @param {unknown} detail */
const dispatch = (element, type, detail) =>
  element?.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));

if (globalThis.customElements && !customElements.get('polytask-lab')) customElements.define('polytask-lab', PolytaskLab);
