// <polytask-lab> as a guest on a page: several on one page, removed, moved, and misspelt.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { countLeftovers, heldInFirefox, untilNoneOnHeap } from './leftovers.mjs';
import { VIEWS } from '../../www/views/registry.js';
import { pageWith } from './pages.mjs';
import { SITE, startServer, WWW } from './server.mjs';
import { tinyFolder } from './tiny-bert.mjs';

const EVERY_VIEW = Object.keys(VIEWS).join(' ');

/** A few steps of the notebook's sentences. */
const lab = (id, seed, rest = 'views="controls losses"') =>
  `<polytask-lab id="${id}" preset="notebook" seed="${seed}" epochs="4" ${rest}>What stands in for ${id}.</polytask-lab>`;

/** A lab whose sentences are seen. */
const own = (attributes, more = '') =>
  `<polytask-lab id="a" ${attributes} views="controls sentences ${more}"></polytask-lab>`;
/** Sixteen rows of a table with two tasks. */
const ROWS = Array.from({ length: 16 }, (_, i) => `Sentence ${i},${['food', 'rain'][i % 2]},${['good', 'bad'][i & 1]}`);
/** A row as a recipe has it. */
const example = (row) => {
  const [text, topic, mood] = row.split(',');
  return { text, labels: { topic, mood } };
};

const PAGES = {
  '/both.html': pageWith(lab('a', 1) + lab('b', 2)),
  '/only-a.html': pageWith(lab('a', 1)),
  '/only-b.html': pageWith(lab('b', 2)),
  '/none.html': pageWith(''),
  '/far.html': pageWith(`<div style="height: 5000px"></div>${lab('a', 1)}`),
  '/small.csv': `text,topic,mood\n${ROWS.join('\n')}`,
  '/small.html': pageWith(own('src="small.csv" tasks="topic" epochs="2"')),
  '/wanted.json': JSON.stringify({
    data: { examples: ROWS.map(example) },
    training: { warmup: 3, epochs: 9, batch_size: 16 },
  }),
  '/wanted.html': pageWith(own('src="wanted.json" epochs="2"')),
  '/misnamed.html': pageWith(own('src="small.csv" tasks="tpic,mood, text"')),
  '/none-named.html': pageWith(own('preset="topic-sentiment" tasks="topics" lang="de"')),
  '/broken.csv': 'no,sentences\nat,all',
  '/broken.html': pageWith(
    own('src="broken.csv" preset="tickets" epochs="2" seed="7" weighting="mgda" tasks="topic"', 'settings'),
  ),
  '/gone.html': pageWith(own('src="gone.csv" preset="tickets" epochs="2"', 'settings')),
  '/no-such-host.html': pageWith(own('src="http://localhost:1/t.csv" preset="tickets" epochs="2"', 'settings')),
  '/no-address.html': pageWith(own('src="http://[" preset="tickets" epochs="2"', 'settings')),
  '/other-encoder.html': pageWith(own('preset="notebook" encoder="no-such"', 'encoder')),
  '/hub.html': pageWith(own('encoder="https://huggingface.co/someone/my-bert/resolve/main/"', 'encoder')),
  '/notebook.html': pageWith(own('preset="notebook" seed="3"', 'share')),
  '/tiny.html': pageWith('<polytask-lab id="a" preset="notebook" encoder="tiny/" epochs="1" views="controls"></polytask-lab>'),
  '/random.json': JSON.stringify({ data: { preset: { name: 'notebook', labels: 'random' } } }),
  '/random.html': pageWith(own('src="random.json"', 'share')),
};

/** Notes which element told of what. */
const LISTEN = () => {
  window.told = [];
  addEventListener('polytask', ({ target, detail }) => window.told.push({ id: target.id, ...detail }));
};

/** All but warnings and errors. */
const TYPES = [
  ...['progress', 'loaded', 'start', 'phase', 'step', 'epoch', 'evaluation', 'mistakes', 'map', 'paused', 'end'],
  ...['prediction', 'tokens', 'saliency', 'gradients', 'interference', 'compared', 'comparison'],
];

/** Counts what is dispatched, by its own name and by that for all. */
const NAMES = () => {
  window.byName = {};
  window.forAll = {};
  const dispatch = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function (event) {
    const { type, detail, bubbles, composed } = event;
    const counts = type === 'polytask' ? window.forAll : type.startsWith('polytask-') && type !== 'polytask-state' ? window.byName : undefined;
    const right = bubbles && composed && ['polytask', `polytask-${detail.type}`].includes(type);
    if (counts) counts[detail.type] = (counts[detail.type] ?? 0) + (right ? 1 : 0);
    return dispatch.call(this, event);
  };
};

for (const name of BROWSERS) {
  describe(name, () => {
    let server, written, session;
    /** Pages that are open. */
    const opened = [];

    before(async () => {
      server = await startServer(SITE, { pages: PAGES });
      // The same with a file for each module, under its own name.
      written = await startServer(WWW, { pages: PAGES });
      session = await launch(name);
    });
    after(async () => {
      for (const view of opened) await view.close().catch(() => {});
      await session?.close();
      await server?.close();
      await written?.close();
    });

    /** Opens a page; `shown` says whether an element is on the screen at once. */
    const open = async (path, before, { shown = true, from = server } = {}) => {
      const view = await openLab(session.browser, from.url, { page: path, before, fetches: false, shown });
      opened.push(view);
      return view;
    };
    const add = (view, id, attributes) =>
      view.page.evaluate(
        (all) => {
          const element = document.createElement('polytask-lab');
          for (const [name, value] of Object.entries(all)) element.setAttribute(name, value);
          document.body.append(element);
        },
        { id, ...attributes },
      );
    const steps = (view, id) =>
      view.page.evaluate((which) => window.told.filter((event) => event.type === 'step' && event.id === which), id);
    const losses = async (view, id) => (await steps(view, id)).map(({ losses }) => losses);
    /** Calls a method; does not wait for the run's end. */
    const call = (view, id, method, ...args) =>
      view.page.evaluate(
        async ([which, what, given]) => {
          const answer = document.getElementById(which)[what](...given);
          return what === 'train' ? undefined : answer;
        },
        [id, method, args],
      );
    const starts = (view) => view.page.evaluate(() => window.told.filter(({ type }) => type === 'start').length);
    const untilSteps = (view, id, least) =>
      view.until(
        `${least} steps of ${id}`,
        ([which, n]) => window.told.filter((event) => event.type === 'step' && event.id === which).length >= n,
        [id, least],
        240,
      );
    const untilEnd = (view, id) =>
      view.until(
        `the end of ${id}`,
        (which) => window.told.some((event) => event.id === which && event.type === 'end'),
        id,
        240,
      );

    test('two on a page train at the same time, each as if it were alone, in one worker', async () => {
      const both = await open('both.html', `(${countLeftovers})(); (${LISTEN})();`);
      // Neither is to be through before the other is prepared: they take four steps each.
      for (const id of ['a', 'b']) await call(both, id, 'reset');
      await both.until('both to be prepared', () => window.told.filter(({ type }) => type === 'start').length === 2);
      await both.page.evaluate(() => ['a', 'b'].map((id) => document.getElementById(id).train()));
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
      const view = await open('none.html', `(${countLeftovers})(); (${LISTEN})();`, { shown: false, from: written });
      await view.until('the tag', () => customElements.get('polytask-lab') !== undefined);
      // The chart library listens to the window once for all charts that will ever be, when it is loaded: four listeners.
      await view.page.evaluate(() => import('./vendor/uPlot.esm.js'));
      const before = await view.page.evaluate(() => window.leftBehind());
      await add(view, 'a', { preset: 'topic-sentiment', seed: '1', views: EVERY_VIEW });
      await add(view, 'b', { preset: 'topic-sentiment', seed: '2', views: 'controls losses' });
      for (const id of ['a', 'b']) await call(view, id, 'train');
      for (const id of ['a', 'b']) await untilSteps(view, id, 2);
      const during = await view.page.evaluate(() => window.leftBehind());
      assert.ok(during.observers > before.observers && during.workers === 1, JSON.stringify(during));

      await view.page.evaluate(() => document.getElementById('a').remove());
      await sleep(1000);
      const [a, b] = [(await steps(view, 'a')).length, (await steps(view, 'b')).length];
      await untilSteps(view, 'b', b + 2);
      assert.equal((await steps(view, 'a')).length, a, 'what is gone trains no more');

      await view.page.evaluate(() => document.getElementById('b').remove());
      const left = () => view.page.evaluate(() => window.leftBehind());
      for (let tries = 0; tries < 60 && !isDeepStrictEqual(await left(), before); tries++) await sleep(500);
      assert.deepEqual(await left(), before);
      assert.deepEqual(await view.page.evaluate(() => window.workers()), []);
      if (name === 'chromium') {
        // Nor is any of their labs and charts on the heap.
        await untilNoneOnHeap(view.page, 'lab/lab.js', 'Lab');
        await untilNoneOnHeap(view.page, 'vendor/uPlot.esm.js', 'default');
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
        await untilSteps(view, 'b', i + 1);
        grown.push(await bytes());
        await view.page.evaluate(() => {
          const b = document.getElementById('b');
          b.replaceWith(b.cloneNode());
        });
        await sleep(300);
      }
      assert.ok(grown.at(-1) < 1.1 * grown[0], `${grown}`);
    });

    // Only Chromium counts a page's nodes, and only Chromium keeps radio buttons.
    test('of views that gave way to others nothing is kept', { skip: name === 'firefox' }, async () => {
      const view = await open('small.html');
      const cdp = await view.page.createCDPSession();
      await cdp.send('Performance.enable');
      const nodes = async () => {
        for (let i = 0; i < 3; i++) {
          await cdp.send('HeapProfiler.collectGarbage');
          await sleep(100);
        }
        return (await cdp.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'Nodes').value;
      };
      const speak = async (lang) => {
        await view.page.evaluate((tag) => document.getElementById('a').setAttribute('lang', tag), lang);
        await view.until(lang, (tag) => document.getElementById('a').shadowRoot.querySelector('.lab')?.lang === tag, lang);
      };
      const counted = [];
      for (let i = 0; i < 12; i++) {
        await speak(['de', 'en'][i % 2]);
        if (i % 2 === 1) counted.push(await nodes());
      }
      assert.ok(counted.at(-1) < 1.5 * counted[0], `${counted}`);
      view.assertQuiet();
    });

    // Only Firefox keeps what is removed while a transition of it runs, as that of the bar does at the end of a run.
    test('of runs that gave way to others no element is kept', { skip: name === 'chromium' }, async () => {
      const files = tinyFolder();
      server.answer('/tiny/', (file) => (files[file] ? { body: files[file] } : { status: 404, body: '' }));
      const view = await open('tiny.html');
      for (let seed = 1; seed <= 12; seed++) {
        const recipe = { data: { preset: { name: 'topic-sentiment' } }, training: { epochs: 1, seed } };
        await view.page.evaluate((given) => {
          const a = document.getElementById('a');
          a.recipe = given;
          return a.train();
        }, recipe);
      }
      const { heapBytes, orphanBytes } = await heldInFirefox(session.browser.process().pid, 'tiny.html');
      assert.ok(heapBytes > 1e6, 'the report is of pages');
      assert.ok(orphanBytes < 60e3, `${orphanBytes} bytes of elements that are in no document`);
      view.assertQuiet();
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
      assert.equal(await starts(view), 1);
      view.assertQuiet();
    });

    test('the warm-up fits into the epochs that the tag asks for', async () => {
      const view = await open('small.html', LISTEN);
      await call(view, 'a', 'train');
      await view.until('the end', () => window.told.some(({ type }) => type === 'end' || type === 'error'), undefined, 240);
      assert.deepEqual(await view.events('error'), []);
      assert.equal((await steps(view, 'a')).length, 2);
      view.assertQuiet();
    });

    test('but the warm-up that a recipe wants is left to it', async () => {
      const view = await open('wanted.html', LISTEN);
      await call(view, 'a', 'train');
      await view.untilMessage(/3 steps of warm-up are more than the run has, 2;/);
      view.assertQuiet();
    });

    test('a name in tasks that is no column is named, with the columns, and the rest is used', async () => {
      const said = (view) => view.page.evaluate(() => $$('.misuse').map((element) => element.textContent));
      const heads = (view) => view.page.evaluate(() => $$('.sentences tbody tr:first-child select').length);
      const view = await open('misnamed.html');
      await view.until('the table', () => $$('.sentences tbody tr').length === 16 && $$('.misuse').length > 0);
      assert.deepEqual(await said(view), [
        'The attribute tasks names “tpic”, which is not a label column. The label columns are: topic, mood.',
        'The attribute tasks names “text”, which is not a label column. The label columns are: topic, mood.',
      ]);
      assert.equal(await heads(view), 1);
      await view.page.evaluate(() => document.getElementById('a').setAttribute('lang', 'de'));
      await view.until('German', () => $('.misuse')?.textContent.startsWith('Das Attribut tasks'));
      assert.equal((await said(view)).length, 2, 'each once');
      view.assertQuiet();

      const none = await open('none-named.html');
      await none.until('the sentences', () => $$('.misuse').length > 0);
      assert.deepEqual(await said(none), [
        'Das Attribut tasks nennt „topics“; eine solche Label-Spalte gibt es nicht. Die Label-Spalten sind: topic, sentiment.',
      ]);
      assert.equal(await heads(none), 2, 'all tasks');
    });

    test('where src cannot be had, the page says why, and the rest of the tag holds', async () => {
      const set = (view) =>
        view.page.evaluate(() => ['epochs', 'seed', 'weighting'].map((field) => $(`#setting-${field}`).value));
      for (const [path, why, noise] of [
        ['no-address.html', /^The attribute src="http:\/\/\[" is not a valid address\.$/, 0],
        ['broken.html', /^broken\.csv: no usable task column: /, 0],
        ['gone.html', /^The sentences .*: the server answered 404 for \S+\/gone\.csv; check the attribute src\.$/, 1],
        ['no-such-host.html', /; the other site must allow it \(Access-Control-Allow-Origin\)\.$/, 1],
      ]) {
        const view = await open(path);
        await view.untilMessage(why);
        await view.until('the tickets', () => $('input[name="preset"]:checked')?.value === 'tickets');
        assert.deepEqual(await set(view), path === 'broken.html' ? ['2', '7', 'mgda'] : ['2', '0', 'sum'], path);
        assert.deepEqual(await view.page.evaluate(() => $$('.misuse').length), 0, 'tasks names columns of the table');
        if (!noise) view.assertQuiet();
      }
    });

    test('Undo in a notice undoes what the notice tells of, or is gone', async () => {
      const view = await open('small.html');
      const rows = (n) => view.until(`${n} rows`, (count) => $$('.sentences tbody tr').length === count, n);
      // Without the settings that were chosen.
      const told = () => view.page.evaluate(() => $$('.message.notice p').map((text) => text.textContent.replace(/ Settings for .*$/, '')));
      await rows(16);
      await view.drop('first.csv', 'text,kind\na,x\nb,y\nc,x\nd,y\n');
      await rows(4);
      await view.drop('second.csv', 'text,kind\na,x\nb,y\nc,x\n');
      await rows(3);
      assert.deepEqual(await told(), ['3 sentences read from second.csv.']);
      await view.page.evaluate(() => $('.message.notice button').click());
      await rows(4);
      assert.deepEqual(await told(), []);
      await view.drop('second.csv', 'text,kind\na,x\nb,y\nc,x\n');
      await rows(3);
      await view.fill('.sentences tbody textarea', 'another sentence');
      assert.deepEqual(await told(), [], 'Undo would undo the typing');
      view.assertQuiet();
    });

    test('the encoder is called what the tag calls it', async () => {
      const view = await open('other-encoder.html');
      await view.until('its name', () => $part('encoder').textContent.includes('no-such'));
      await view.fetchEncoder();
      await view.until('the failure', () => $part('encoder').dataset.state === 'failed');
      assert.doesNotMatch(await view.text('encoder'), /MiniLM/);
      const hub = await open('hub.html');
      await hub.until('its name', () => $part('encoder').textContent.includes('my-bert'));
    });

    test('the notebook of a tag has sensible labels, and random ones take a recipe; Share gives the tag of each', async () => {
      const view = await open('notebook.html');
      const chosen = (one) => one.until('the labels', () => $('input[name="notebook-labels"]:checked') !== undefined);
      const labels = (one) => one.page.evaluate(() => $('input[name="notebook-labels"]:checked').value);
      const tag = async (one) => {
        await one.until('the tag', () => $part('share-tag')?.textContent.includes('<polytask-lab'));
        return one.text('share-tag');
      };
      await chosen(view);
      assert.equal(await labels(view), 'sensible');
      assert.match(await tag(view), /<polytask-lab preset="notebook" seed="3" views/);
      const random = await open('random.html');
      await chosen(random);
      assert.equal(await labels(random), 'random');
      assert.match(await tag(random), /<polytask-lab src="recipe\.json" views/);
    });

    test('of a named run what the reader edited is kept, and not that they looked at it', async () => {
      const view = await open('none.html', LISTEN, { shown: false });
      await view.until('the tag', () => customElements.get('polytask-lab') !== undefined);
      await add(view, 'a', { run: 'kept', preset: 'notebook', views: 'controls sentences gradients' });
      await view.until('its sentences', () => $('.sentences tbody textarea') !== undefined);
      await view.page.evaluate(() => {
        window.kept = [];
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (value, name) {
          window.kept.push(`${name}: ${value.table.examples[0]?.text}`);
          return put.call(this, value, name);
        };
      });
      await view.press('observe');
      await sleep(1000);
      await view.fill('.sentences tbody textarea', 'A sentence of my own.');
      await view.until('what was edited', () => window.kept.length > 0);
      assert.deepEqual(await view.page.evaluate(() => window.kept), ['polytask:kept: A sentence of my own.']);
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
      assert.equal(await view.page.evaluate(() => document.getElementById('a').state.step), 1);
      assert.equal(await starts(view), 1, 'the run is the one that it was');
      view.assertQuiet();
    });

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
      const loaded = await view.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
      assert.ok(!loaded.some((address) => address.endsWith('/lab/lab.js')), `${loaded}`);
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
      const view = await open('none.html', NAMES, { shown: false });
      await view.until('the tag', () => customElements.get('polytask-lab') !== undefined);
      await add(view, 'a', { src: 'small.csv', epochs: '4', views: EVERY_VIEW });
      await view.until('the element', () => $part('encoder') !== undefined);
      await view.fetchEncoder();
      await view.untilStatus('ready');
      await view.press('observe');
      await view.press('step');
      await view.untilStatus('paused');
      await view.press('measure-interference');
      await view.fill('#try-text', 'I was charged twice.');
      await view.page.evaluate(() => $('.sentences tbody textarea').focus({ preventScroll: true }));
      // Again and again: Firefox may come to scroll to a field that had the focus only after that.
      await view.until('the tokens of the sentence under the cursor', () => {
        $part('diagram').scrollIntoView();
        return window.forAll.tokens > 0;
      });
      await view.press('train');
      await view.untilStatus('ended');
      await view.fill('#try-text', 'Nobody answers.');
      await view.until('what each word is worth', () => {
        $part('try').scrollIntoView();
        return window.forAll.saliency > 0;
      });
      await view.page.evaluate(() => {
        for (const box of $$('input[name="compare"]')) if (box.checked !== (box.value === 'sum')) box.click();
      });
      await view.press('compare-start');
      await view.until('the comparison', () => window.forAll.comparison === 1, undefined, 300);
      const [byName, forAll] = await view.page.evaluate(() => [window.byName, window.forAll]);
      assert.deepEqual(byName, forAll);
      for (const type of TYPES) assert.ok(forAll[type] > 0, `${type}, of ${Object.keys(forAll)}`);
      await view.page.evaluate(() => document.querySelector('polytask-lab').setAttribute('encoder', '/nowhere/'));
      await view.until('the element', () => $part('encoder')?.dataset.state === 'away');
      await view.fetchEncoder();
      await view.until('the error', () => window.byName.error === 1);
    });
  });
}
