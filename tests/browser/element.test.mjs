// <polytask-lab> as a guest on a page: several on one page, removed, moved, misspelt, and given hostile text.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { startServer, WWW } from './server.mjs';

const page = (body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
  <link rel="icon" href="data:,"><script type="module" src="polytask-lab.js"></script>${body}`;
/** A few steps of the notebook's sentences. */
const lab = (id, seed, rest = 'views="controls losses"') =>
  `<polytask-lab id="${id}" preset="notebook" seed="${seed}" epochs="4" ${rest}>What stands in for ${id}.</polytask-lab>`;

const IMAGE = '<img src=x onerror="window.hacked=1">';
const SCRIPT = '</script><script>window.hacked=1</script>';
const HOSTILE_NAME = encodeURIComponent(`${IMAGE}.jsonl`);
const HOSTILE = Array.from({ length: 12 }, (_, i) =>
  JSON.stringify({ text: `${i % 2 ? IMAGE : SCRIPT} ${i}`, [IMAGE]: i % 2 ? SCRIPT : 'plain', [SCRIPT]: i < 6 ? '<b>a</b>' : '"b"' }),
).join('\n');
const HOSTILE_RECIPE = JSON.stringify({
  encoder: IMAGE,
  tasks: [{ name: IMAGE, labels: [SCRIPT, 'plain'] }],
  data: {
    examples: Array.from({ length: 6 }, (_, i) => ({ text: `${SCRIPT} ${i}`, labels: { [IMAGE]: i % 2 ? SCRIPT : 'plain' } })),
  },
  [IMAGE]: SCRIPT,
});

const PAGES = {
  '/both.html': page(lab('a', 1) + lab('b', 2)),
  '/only-a.html': page(lab('a', 1)),
  '/only-b.html': page(lab('b', 2)),
  '/none.html': page('<div id="there"></div><div id="elsewhere"></div>'),
  '/far.html': page(`<div style="height: 5000px"></div>${lab('a', 1)}`),
  '/slips.html': page(
    '<polytask-lab weigthing="sum" weighting="pcgrat" preset="tikets" epochs="0" seed="-1" theme="dim" lang="xx" views="controls loses"></polytask-lab>',
  ),
  '/file.html': page(
    `<polytask-lab src="${HOSTILE_NAME}" views="controls sentences losses results try log steps gradients interference compare map diagram share"></polytask-lab>`,
  ),
  '/recipe.html': page('<polytask-lab src="recipe.json" views="controls encoder sentences results share"></polytask-lab>'),
  '/recipe.json': HOSTILE_RECIPE,
  [`/${HOSTILE_NAME}`]: HOSTILE,
};

/** Notes which element told of what. */
const LISTEN = () => {
  window.told = [];
  addEventListener('polytask', ({ target, detail }) => window.told.push({ id: target.id, ...detail }));
};

/**
 * Counts what an element may leave behind: listeners on what outlives it, timers, frames, observers and workers.
 * What is over by itself is not counted.
 */
const COUNT = () => {
  const alive = { listeners: new Map(), timers: new Set(), frames: new Set(), observers: new Set(), workers: new Set() };
  window.leftBehind = () => ({
    listeners: [...alive.listeners].filter(([, there]) => there).map(([which]) => which),
    timers: alive.timers.size,
    frames: alive.frames.size,
    observers: alive.observers.size,
    workers: alive.workers.size,
  });

  // ---- listeners: one is told from another by target, type and function
  const numbers = new WeakMap();
  let count = 0;
  const nameOf = (x) => numbers.get(x) ?? (numbers.set(x, ++count), count);
  const outlives = (target) => [Window, Document, MediaQueryList].some((kind) => target instanceof kind);
  for (const method of ['addEventListener', 'removeEventListener']) {
    const original = EventTarget.prototype[method];
    EventTarget.prototype[method] = function (type, listener, ...rest) {
      const target = this ?? window;
      if (outlives(target) && listener) {
        const key = `${target.constructor.name} ${nameOf(target)}: ${type}, ${nameOf(listener)} ${String(listener).slice(0, 80)}`;
        alive.listeners.set(key, method === 'addEventListener');
      }
      return original.call(target, type, listener, ...rest);
    };
  }

  // ---- timers and frames
  for (const [start, stop, set, once] of [
    ['setTimeout', 'clearTimeout', alive.timers, true],
    ['setInterval', 'clearInterval', alive.timers, false],
    ['requestAnimationFrame', 'cancelAnimationFrame', alive.frames, true],
  ]) {
    const [begin, end] = [window[start], window[stop]];
    window[start] = (call, ...rest) => {
      const id = begin((...args) => {
        if (once) set.delete(id);
        call(...args);
      }, ...rest);
      set.add(id);
      return id;
    };
    window[stop] = (id) => {
      set.delete(id);
      end(id);
    };
  }

  // ---- observers and workers
  for (const kind of ['ResizeObserver', 'IntersectionObserver', 'MutationObserver'])
    window[kind] = class extends window[kind] {
      observe(...args) {
        alive.observers.add(this);
        super.observe(...args);
      }
      disconnect() {
        alive.observers.delete(this);
        super.disconnect();
      }
    };
  window.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      this.name = options.name;
      alive.workers.add(this);
    }
    terminate() {
      alive.workers.delete(this);
      super.terminate();
    }
  };
  window.workers = () => [...alive.workers].map(({ name }) => name);
};

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session;
    /** Pages that are open. */
    const opened = [];

    before(async () => {
      server = await startServer(WWW, { pages: PAGES });
      session = await launch(name);
    });
    after(async () => {
      for (const view of opened) await view.close().catch(() => {});
      await session?.close();
      await server?.close();
    });

    /** Opens a page; `shown` says whether an element is on the screen at once. */
    const open = async (path, before, { shown = true } = {}) => {
      const view = await openLab(session.browser, server.url, { page: path, before, fetches: false, shown });
      opened.push(view);
      return view;
    };
    const steps = (view, id) =>
      view.page.evaluate((which) => window.told.filter((event) => event.type === 'step' && event.id === which), id);
    const losses = async (view, id) => (await steps(view, id)).map(({ losses }) => losses);
    const call = (view, id, method, ...args) =>
      view.page.evaluate(async ([which, what, given]) => document.getElementById(which)[what](...given), [id, method, args]);
    const untilEnd = (view, id) =>
      view.until(
        `the end of ${id}`,
        (which) => window.told.some((event) => event.id === which && event.type === 'end'),
        id,
        240,
      );

    test('two on a page train at the same time, each as if it were alone, in one worker', async () => {
      const both = await open('both.html', `(${COUNT})(); (${LISTEN})();`);
      await Promise.all(['a', 'b'].map((id) => call(both, id, 'train')));
      await untilEnd(both, 'a');
      await untilEnd(both, 'b');
      assert.deepEqual(await both.page.evaluate(() => window.workers()), ['polytask']);
      const order = (await both.page.evaluate(() => window.told.filter(({ type }) => type === 'step'))).map(({ id }) => id);
      assert.ok(order.lastIndexOf('a') > order.indexOf('b') && order.lastIndexOf('b') > order.indexOf('a'), `${order}`);
      const together = { a: await losses(both, 'a'), b: await losses(both, 'b') };
      assert.equal(together.a.length, 4);
      assert.notDeepEqual(together.a, together.b);
      assert.equal(server.count('model.safetensors'), 1, 'the encoder came once for both');
      for (const id of ['a', 'b']) {
        const alone = await open(`only-${id}.html`, LISTEN);
        await call(alone, id, 'train');
        await untilEnd(alone, id);
        assert.deepEqual(await losses(alone, id), together[id], id);
        alone.assertQuiet();
      }
      both.assertQuiet();
    });

    test('what is removed stops; with the last, all that they started is gone', async () => {
      const view = await open('none.html', `(${COUNT})(); (${LISTEN})();`, { shown: false });
      await view.until('the tag', () => customElements.get('polytask-lab') !== undefined);
      // The chart library listens to the window once for all charts that will ever be, when it is loaded: four listeners.
      await view.page.evaluate(() => import('./vendor/uPlot.esm.js'));
      const before = await view.page.evaluate(() => window.leftBehind());
      const add = (id, rest) =>
        view.page.evaluate(
          ([name, more]) => {
            const element = document.createElement('polytask-lab');
            for (const [key, value] of Object.entries({ id: name, preset: 'topic-sentiment', ...more }))
              element.setAttribute(key, value);
            document.getElementById('there').append(element);
          },
          [id, rest],
        );
      const every = await view.page.evaluate(async () => Object.keys((await import('./views/registry.js')).VIEWS).join(' '));
      await add('a', { seed: '1', views: every });
      await add('b', { seed: '2', views: 'controls losses' });
      for (const id of ['a', 'b']) await call(view, id, 'train');
      for (const id of ['a', 'b'])
        await view.until(`steps of ${id}`, (which) => window.told.filter((e) => e.id === which && e.type === 'step').length > 1, id, 240);
      const during = await view.page.evaluate(() => window.leftBehind());
      assert.ok(during.observers > before.observers && during.workers === 1, JSON.stringify(during));

      await view.page.evaluate(() => document.getElementById('a').remove());
      await sleep(1000);
      const [a, b] = [(await steps(view, 'a')).length, (await steps(view, 'b')).length];
      await view.until('more of b', ([n]) => window.told.filter((e) => e.id === 'b' && e.type === 'step').length > n + 1, [b]);
      assert.equal((await steps(view, 'a')).length, a, 'what is gone trains no more');

      await view.page.evaluate(() => document.getElementById('b').remove());
      await sleep(1500);
      assert.deepEqual(await view.page.evaluate(() => window.leftBehind()), before);
      assert.deepEqual(await view.page.evaluate(() => window.workers()), []);
      if (name === 'chromium') {
        // Nor is any of their labs and charts on the heap.
        for (const [file, kind] of [
          ['lab/lab.js', 'Lab'],
          ['vendor/uPlot.esm.js', 'default'],
        ]) {
          const prototype = await view.page.evaluateHandle(
            async ([module, what]) => (await import(`./${module}`))[what].prototype,
            [file, kind],
          );
          const alive = async () => (await view.page.queryObjects(prototype)).evaluate((all) => all.length);
          for (let tries = 0; tries < 10 && (await alive()) > 0; tries++) await sleep(500);
          assert.equal(await alive(), 0, `${kind} on the heap`);
        }
      }
      view.assertQuiet();
    });

    // Only Chromium's protocol reaches into a worker.
    test('the memory of what is removed is there for the next', { skip: name === 'firefox' }, async () => {
      const view = await open('both.html', LISTEN);
      await call(view, 'a', 'step');
      const bytes = async () => {
        const worker = view.page.workers().find((one) => one.url().includes('worker.js'));
        return worker.evaluate(async (build) => {
          const { default: exports } = await import(`/pkg/${build}/polytask.js`);
          return (await exports()).memory.buffer.byteLength;
        }, 'fused');
      };
      const grown = [];
      for (let i = 0; i < 4; i++) {
        await call(view, 'b', 'step');
        await view.until('a step of b', (n) => window.told.filter((e) => e.id === 'b' && e.type === 'step').length > n, i, 240);
        grown.push(await bytes());
        await view.page.evaluate(() => {
          const b = document.getElementById('b');
          const next = b.cloneNode(true);
          b.replaceWith(next);
        });
        await sleep(300);
      }
      assert.ok(grown.at(-1) < 1.1 * grown[0], `${grown}`);
    });

    test('what is moved in the document keeps its run', async () => {
      const view = await open('both.html', LISTEN);
      await call(view, 'a', 'step');
      await view.until('a step', () => document.getElementById('a').state?.step === 1, undefined, 240);
      await view.page.evaluate(() => document.body.append(document.getElementById('a')));
      await sleep(500);
      assert.equal(await view.page.evaluate(() => document.getElementById('a').state.step), 1);
      await call(view, 'a', 'step');
      await view.until('the next', () => document.getElementById('a').state.step === 2);
      assert.equal(await view.page.evaluate(() => window.told.filter(({ type, id }) => type === 'start' && id === 'a').length), 1);
      view.assertQuiet();
    });

    test('a slip in an attribute is named, with the choices', async () => {
      const view = await open('slips.html');
      const said = await view.page.evaluate(() => $$('.misuse').map((element) => element.textContent));
      const all = 'preset, src, tasks, encoder, weighting, epochs, seed, views, run, autostart, theme, lang, base, record, linked';
      const weightings = 'sum, uncertainty, dwa, random, gradnorm, famo, pcgrad, cagrad, mgda, imtl-g, nash-mtl, upgrad, aligned-mtl';
      const views = said.find((text) => text.startsWith('The attribute views'));
      assert.match(views, /^The attribute views names “loses”, which is none of the views: controls, encoder, sentences, .*geometry\.$/);
      assert.deepEqual(said.filter((text) => text !== views).sort(), [
        'The attribute epochs="0" must be a whole number from 1 on.',
        'The attribute lang="xx" is not one of its choices: en, de.',
        'The attribute preset="tikets" is not one of its choices: notebook, topic-sentiment, tickets.',
        'The attribute seed="-1" must be a whole number from 0 on.',
        'The attribute theme="dim" is not one of its choices: auto, light, dark.',
        `The attribute weighting="pcgrat" is not one of its choices: ${weightings}.`,
        `There is no attribute weigthing; did you mean weighting? These there are: ${all}.`,
      ]);
      await view.until('the rest', () => $part('controls') !== undefined);
      view.assertQuiet();
    });

    test('language, colours and views change in place', async () => {
      const view = await open('only-a.html', LISTEN);
      const set = (attribute, value) =>
        view.page.evaluate(([what, to]) => document.getElementById('a').setAttribute(what, to), [attribute, value]);
      await call(view, 'a', 'step');
      await view.until('a step', () => document.getElementById('a').state?.step === 1, undefined, 240);
      await set('lang', 'de');
      await view.until('German', () => $part('train-label')?.textContent === 'Trainieren');
      assert.equal(await view.page.evaluate(() => $('.lab').lang), 'de');
      await set('views', 'controls accuracy');
      await view.until('another view', () => $part('accuracy') && !$part('losses'));
      await set('views', 'controls losses');
      await view.until('the first again', () => $part('losses') && !$part('accuracy'));
      assert.equal(await view.points('loss-chart'), 1, 'a view that comes late shows what it missed');
      const paper = () => view.page.evaluate(() => getComputedStyle($('.panel')).backgroundColor);
      await set('theme', 'dark');
      const dark = await paper();
      await set('theme', 'light');
      assert.notEqual(await paper(), dark);
      assert.deepEqual(
        await view.page.evaluate(() => [document.getElementById('a').state.step, window.told.filter(({ type }) => type === 'start').length]),
        [1, 1],
        'the run is the one that it was',
      );
      view.assertQuiet();
    });

    test('hostile text from a file is shown as text, wherever it comes to stand', async () => {
      const view = await open('file.html', LISTEN);
      await view.until('the sentences', () => $$('.sentences tbody textarea').length === 12);
      await view.press('observe');
      await view.fill('#try-text', IMAGE);
      await view.press('train');
      await view.until('the end', () => window.told.some(({ type }) => type === 'end' || type === 'error'), undefined, 300);
      assert.deepEqual(await view.page.evaluate(() => window.told.filter(({ type }) => type === 'error')), []);
      await sleep(500);
      for (const part of ['loss-legend', 'results-body', 'solo-steps', 'gradients-legend', 'try-answers', 'log-lines'])
        assert.ok((await view.text(part)).includes(IMAGE), `${part}: ${await view.text(part)}`);
      assert.ok((await view.sentences()).includes(`${SCRIPT} 0`));
      await assertHarmless(view);
    });

    test('and so is that of a recipe', async () => {
      const view = await open('recipe.html', LISTEN);
      await view.until('the sentences', () => $$('.sentences tbody textarea').length === 6);
      assert.ok((await view.text('table-head')).includes(IMAGE));
      await view.until('the encoder’s name', (text) => $part('encoder').textContent.includes(text), IMAGE);
      await assertHarmless(view);
    });

    /** Nothing of what was given has become an element or run. */
    async function assertHarmless(view) {
      const found = await view.page.evaluate(() => ({
        hacked: window.hacked ?? null,
        images: $$('img').length,
        scripts: $$('script').length,
        bold: $$('b').length,
      }));
      assert.deepEqual(found, { hacked: null, images: 0, scripts: 1, bold: 0 });
      view.assertQuiet();
    }

    test('what stands between the tags is there until the element is', async () => {
      const view = await open('far.html', LISTEN, { shown: false });
      await view.until('the tag', () => customElements.get('polytask-lab') !== undefined);
      await sleep(500);
      const shows = () =>
        view.page.evaluate(() => {
          const range = document.createRange();
          range.selectNodeContents(document.getElementById('a'));
          return range.getClientRects().length > 0;
        });
      assert.equal(await shows(), true);
      const asked = [...server.requests.keys()].filter((path) => path.endsWith('/lab.js')).length;
      assert.ok(asked <= 1);
      assert.equal(await view.page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/lab/lab.js'))), false);
      // And a sentence is classified all the same.
      const answer = await view.page.evaluate(() => document.getElementById('a').predict('The soup was cold.'));
      assert.equal(answer.text, 'The soup was cold.');
      for (const { label, probabilities } of Object.values(answer.tasks)) {
        assert.equal(typeof label, 'string');
        assert.ok(Math.abs(probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-4);
      }
      assert.equal(await shows(), false);
      view.assertQuiet();
    });

    test('each event of a run is one of the DOM, under its own name and under one for all', async () => {
      const view = await open('none.html', () => {
        window.byName = {};
        window.forAll = {};
        const add = EventTarget.prototype.dispatchEvent;
        EventTarget.prototype.dispatchEvent = function (event) {
          const own = event.type.match(/^polytask-(.+)$/)?.[1];
          if (own) window.byName[own] = (window.byName[own] ?? 0) + (event.detail.type === own && event.bubbles && event.composed ? 1 : 0);
          else if (event.type === 'polytask') window.forAll[event.detail.type] = (window.forAll[event.detail.type] ?? 0) + 1;
          return add.call(this, event);
        };
      }, { shown: false });
      await view.until('the tag', () => customElements.get('polytask-lab') !== undefined);
      await view.page.evaluate(async () => {
        const element = document.createElement('polytask-lab');
        const every = Object.keys((await import('./views/registry.js')).VIEWS).join(' ');
        for (const [key, value] of Object.entries({ id: 'a', preset: 'tickets', epochs: '1', views: every })) element.setAttribute(key, value);
        document.getElementById('there').append(element);
      });
      await view.until('the element', () => $part('encoder') !== undefined);
      await view.fetchEncoder();
      await view.untilStatus('ready');
      await view.press('observe');
      await view.press('step');
      await view.untilStatus('paused');
      await view.press('measure-interference');
      await view.fill('#try-text', 'I was charged twice.');
      await view.page.evaluate(() => {
        $part('diagram').scrollIntoView();
        $('.sentences tbody textarea').focus({ preventScroll: true });
      });
      await view.until('the tokens of the sentence under the cursor', () => window.forAll.tokens > 0);
      await view.press('train');
      await view.untilStatus('ended');
      await view.page.evaluate(() => $part('try').scrollIntoView());
      await view.fill('#try-text', 'Nobody answers.');
      await view.until('what each word is worth', () => window.forAll.saliency > 0);
      await view.page.evaluate(() => {
        for (const box of $$('input[name="compare"]')) if (box.checked !== (box.value === 'sum')) box.click();
      });
      await view.press('compare-start');
      await view.until('the comparison', () => window.forAll.comparison === 1, undefined, 300);
      const [byName, forAll] = await view.page.evaluate(() => [window.byName, window.forAll]);
      assert.deepEqual(byName, forAll);
      const expected = ['progress', 'loaded', 'start', 'phase', 'step', 'epoch', 'evaluation', 'mistakes', 'map', 'paused', 'end'];
      expected.push('prediction', 'tokens', 'saliency', 'gradients', 'interference', 'compared', 'comparison');
      for (const type of expected) assert.ok(forAll[type] > 0, `${type}, of ${Object.keys(forAll)}`);
      await view.page.evaluate(() => document.querySelector('polytask-lab').setAttribute('encoder', '/nowhere/'));
      await view.until('the element', () => $part('encoder')?.dataset.state === 'away');
      await view.fetchEncoder();
      await view.until('the error', () => window.byName.error === 1);
    });
  });
}
