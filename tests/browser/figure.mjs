// One view alone in a page, with a lab that writes down what it is asked, for tests that make its events up.

import { launch } from './browser.mjs';
import { startServer, WWW } from './server.mjs';

/** Mounts a view in a shadow root of its own, with a lab that writes down what it is asked. Runs in the page. */
async function mount({ view, make, doc, lang }) {
  const [module, { styleSheets }, { default: words }, { initial, reduce }] = await Promise.all([
    import(`/views/${view}.js`),
    import('/ui/styles.js'),
    import(`/strings/${lang}.js`),
    import('/lab/run/state.js'),
  ]);
  const host = document.body.appendChild(document.createElement('div'));
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = await styleSheets();
  const asked = [];
  let state = initial('', '');
  const lab = {
    words,
    get state() {
      return state;
    },
    store: {
      editSettings: (edit) => {
        const { doc } = state.document;
        figure.dispatch({ type: 'edit', doc: { ...doc, recipe: edit(doc.recipe) }, change: 'settings' });
      },
    },
    // The test answers it.
    tokenize: (text) => {
      asked.push(['tokenize', text]);
      return new Promise((resolve) => (figure.answer = (tokens) => resolve({ type: 'tokens', text, ...tokens })));
    },
    predict: (text) => {
      asked.push(['predict', text]);
      const tasks = { topic: { label: 'weather', probabilities: [0.25, 0.75] }, mood: { label: 'good', probabilities: [0.4, 0.6] } };
      return Promise.resolve({ text, tasks });
    },
  };
  const dispatch = (event) => (state = reduce(state, event));
  if (doc) {
    const { training, diagnostics, ...recipe } = doc.recipe;
    const settings = { epochs: 1, batch_size: 4, task_weight: {}, ...training };
    const whole = { ...recipe, training: settings, diagnostics: { gradients_every: 0, ...diagnostics } };
    dispatch({ type: 'edit', doc: { table: doc.table, recipe: whole }, change: 'data' });
  }
  const made = module[make](lab);
  shadow.append(made.element);
  const all = (selector) => [...shadow.querySelectorAll(selector)];
  const figure = {
    asked,
    shadow,
    all,
    text: (selector) => all(selector).map((e) => e.textContent),
    /** Another event, which the view has seen when this returns. */
    dispatch: (event) => made.render(dispatch(event)),
    take: (event) => figure.dispatch({ type: 'replayed', event, at: performance.now() }),
    /** The reader's own run is in a state, of which nothing else is known. */
    become: (status) => {
      state = { ...state, run: { ...state.run, status } };
      made.render(state);
    },
  };
  made.render(state);
  window.figure = figure;
}

export class Figure {
  /** What the console said. @type {string[]} */
  noise = [];
  #server;
  #session;

  constructor(server, session, page) {
    this.#server = server;
    this.#session = session;
    this.page = page;
    page.on('console', (message) => message.location().url?.endsWith('favicon.ico') || this.noise.push(message.text()));
    page.on('pageerror', (error) => this.noise.push(String(error)));
  }

  /** @param {'chromium' | 'firefox'} name @param {(() => void) | string} [before] Runs in the page before anything of its own. */
  static async launch(name, before) {
    const [server, session] = [await startServer(WWW), await launch(name)];
    const page = await session.browser.newPage();
    await page.setViewport({ width: 1000, height: 900 });
    if (before) await page.evaluateOnNewDocument(before);
    return new Figure(server, session, page);
  }

  /** A view in a page of its own. */
  async show(view, make, { lang = 'en', doc } = {}) {
    await this.page.goto(`${this.#server.url}tsconfig.json`);
    await this.page.evaluate(() => document.body.replaceChildren());
    await this.page.evaluate(mount, { view, make, doc, lang });
  }

  /** Tells the view of events, and waits until it has drawn them. */
  take(...events) {
    return this.page.evaluate(async (list) => {
      for (const event of list) window.figure.take(event);
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    }, events);
  }

  /** The texts of what matches. @returns {Promise<string[]>} */
  text(selector) {
    return this.page.evaluate((of) => window.figure.text(of), selector);
  }

  async close() {
    await this.#session.close();
    await this.#server.close();
  }
}
