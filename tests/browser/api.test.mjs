// <polytask-lab> as scripts and frameworks use it: properties beside attributes, the state as an event, what train() promises.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSERS } from './browser.mjs';
import { pageWith, serving } from './pages.mjs';

const lab = (attributes) => `<polytask-lab id="a" ${attributes}></polytask-lab>`;

/** Twelve sentences with two tasks. */
const EXAMPLES = Array.from({ length: 12 }, (_, i) => ({
  text: `${['Soup', 'Rain'][i % 2]} number ${i}`,
  labels: { topic: ['food', 'weather'][i % 2], mood: ['good', 'bad'][i & 1] },
}));
const FEW = JSON.stringify({ data: { examples: EXAMPLES.slice(0, 4) }, validation: { fraction: 0 }, seed: 5, training: { epochs: 3, batch_size: 4 } });
const TABLE = `text,topic\n${EXAMPLES.map(({ text, labels: { topic } }) => `${text},${topic}`).join('\n')}\n`;

const PAGES = {
  // What frameworks do when they render before the tag is defined.
  '/early.html': pageWith(
    `${lab('preset="notebook"')}<script>Object.assign(document.getElementById('a'),
      { examples: ${JSON.stringify(EXAMPLES)}, epochs: 2, views: ['controls', 'sentences'], autostart: false });</script>`,
  ),
  '/notebook.html': pageWith(lab('preset="notebook" epochs="2" views="controls sentences"')),
  '/two.html': pageWith(`${lab('preset="notebook" run="one" views="controls"')}<polytask-lab id="b" run="one" views="losses"></polytask-lab>`),
  '/nowhere.html': pageWith(lab('preset="notebook" encoder="/nowhere/" views="controls encoder"')),
  '/rows': TABLE,
  '/export': TABLE,
  '/spa.csv': '<!doctype html><html><title>Not found</title></html>',
  '/rows.html': pageWith(lab('src="rows" views="controls sentences"')),
  '/export.html': pageWith(lab('src="export?as=csv&amp;page=2#here" views="controls sentences"')),
  '/spa.html': pageWith(lab('src="spa.csv" preset="tickets" views="controls sentences"')),
};

for (const name of BROWSERS) {
  describe(name, () => {
    const openPage = serving(name, PAGES);
    let view;

    const open = async (path, before) => {
      await view?.close();
      view = await openPage(path, { before });
    };
    const run = (test, argument) => view.page.evaluate(test, argument);
    const untilRows = (n) => view.until(`${n} rows`, (count) => $$('.sentences tbody tr').length === count, n);
    /** What became of a promise of the page: `ended`, or the error's name and message. */
    const outcome = (promise) => run((what) => window[what].then(() => 'ended', ({ name, message }) => `${name}: ${message}`), promise);

    test('what a script sets before the tag is defined holds', async () => {
      await open('early.html');
      await untilRows(12);
      const [views, epochs, recipe, examples] = await run(() => {
        const { views, recipe, examples } = document.getElementById('a');
        return [views, document.getElementById('a').getAttribute('epochs'), recipe, examples];
      });
      assert.deepEqual([views, epochs, recipe.training.epochs], ['controls sentences', '2', 2]);
      assert.deepEqual(examples, EXAMPLES);
      assert.deepEqual(recipe.tasks, [{ name: 'topic', labels: ['food', 'weather'] }, { name: 'mood', labels: ['bad', 'good'] }]);
      assert.ok(recipe.training.learning_rate > 0, 'settings were chosen');
      view.assertQuiet();
    });

    test('a property is its attribute, and the reverse', async () => {
      await open('notebook.html');
      const values = await run(() => {
        const element = document.createElement('polytask-lab');
        const seen = [];
        const set = (name, value) => {
          element[name] = value;
          seen.push([name, element.getAttribute(name), element[name] ?? null]);
        };
        for (const name of ['preset', 'src', 'encoder', 'weighting', 'run', 'theme', 'base', 'record', 'lang']) set(name, 'x');
        for (const name of ['autostart', 'linked']) [true, false].forEach((on) => set(name, on));
        for (const name of ['epochs', 'seed']) [7, undefined].forEach((n) => set(name, n));
        set('tasks', ['a', 'b']);
        set('views', ['controls', 'try']);
        set('views', null);
        return seen;
      });
      assert.deepEqual(values, [
        ...['preset', 'src', 'encoder', 'weighting', 'run', 'theme', 'base', 'record', 'lang'].map((each) => [each, 'x', 'x']),
        ...['autostart', 'linked'].flatMap((each) => [[each, '', true], [each, null, false]]),
        ...['epochs', 'seed'].flatMap((each) => [[each, '7', 7], [each, null, null]]),
        ['tasks', 'a,b', 'a,b'],
        ['views', 'controls try', 'controls try'],
        ['views', null, ''],
      ]);
      view.assertQuiet();
    });

    test('other sentences and a recipe start another run; the same again do not', async () => {
      await open('notebook.html');
      await untilRows(4);
      await run((examples) => (document.getElementById('a').examples = examples), EXAMPLES);
      await untilRows(12);
      const same = await run(async (examples) => {
        const before = $part('sentences');
        document.getElementById('a').examples = examples;
        await $drawn();
        return before.isConnected && before === $part('sentences');
      }, EXAMPLES);
      assert.equal(same, true, 'a framework that renders again starts nothing');
      await run((recipe) => (document.getElementById('a').recipe = JSON.parse(recipe)), FEW);
      await untilRows(4);
      assert.deepEqual(await run(() => {
        const { recipe } = document.getElementById('a');
        return [recipe.seed, recipe.training.epochs, recipe.training.batch_size];
      }), [5, 2, 4], 'the attribute epochs goes before the recipe’s');
      await run(() => (document.getElementById('a').recipe = undefined));
      await view.until('the attributes’ choice again', () => document.getElementById('a').recipe?.data.preset?.name === 'notebook');
      view.assertQuiet();
    });

    test('a recipe that is none is told, and the attributes’ choice opens', async () => {
      await open('notebook.html');
      await untilRows(4);
      await run(() => (document.getElementById('a').recipe = 'no recipe'));
      await view.untilMessage(/^The property recipe is not a recipe: /);
      await untilRows(4);
      view.assertQuiet();
    });

    test('each change of the state is told once, by the first of the elements that share the run', async () => {
      await open('two.html', () => {
        window.states = [];
        addEventListener('polytask-state', ({ target, detail, bubbles, composed }) =>
          window.states.push({ id: target.id, bubbles, composed, state: JSON.stringify(detail), same: JSON.stringify(detail) === JSON.stringify(target.state) }),
        );
      });
      await run(() => document.getElementById('b').train());
      await view.until('the end', () => document.getElementById('a').state.status === 'ended', undefined, 240);
      const states = await run(() => window.states);
      assert.ok(states.every(({ id, bubbles, composed, same }) => id === 'a' && bubbles && composed && same), JSON.stringify(states[0]));
      assert.equal(new Set(states.map(({ state }) => state)).size, states.length);
      const statuses = states.map(({ state }) => JSON.parse(state).status);
      assert.equal(statuses.at(-1), 'ended');
      assert.ok(statuses.includes('training'), `${statuses}`);
      view.assertQuiet();
    });

    test('train() waits for the end of the run', async () => {
      await open('notebook.html');
      assert.equal(await run(async () => {
        await document.getElementById('a').train();
        return document.getElementById('a').state.status;
      }), 'ended');
      view.assertQuiet();
    });

    test('train() says what became of a run that is given up, and the console stays empty', async () => {
      await open('notebook.html');
      await run(async () => {
        const element = document.getElementById('a');
        await element.step();
        window.reset = element.train();
        await element.reset();
        window.removed = element.train();
        await element.pause();
        element.remove();
        window.apart = element.train();
        document.body.append(element);
        window.restarted = element.train();
        await element.pause();
        element.seed = 9;
      });
      assert.equal(await outcome('reset'), 'AbortError: The run was reset.');
      assert.equal(await outcome('removed'), 'AbortError: The element was removed, or shows another run.');
      assert.equal(await outcome('apart'), 'Error: <polytask-lab> must stand in a document to be used.');
      assert.equal(await outcome('restarted'), 'AbortError: The element was removed, or shows another run.');
      view.assertQuiet();
    });

    test('train() of an element that goes before it has loaded is told so', async () => {
      await open('notebook.html');
      await run(() => {
        const element = document.createElement('polytask-lab');
        document.body.append(element);
        window.early = element.train();
        element.remove();
      });
      assert.equal(await outcome('early'), 'AbortError: The element was removed.');
    });

    test('train() rejects with the sentence that the reader sees where there is no encoder', async () => {
      await open('nowhere.html');
      await run(() => void (window.lost = document.getElementById('a').train()));
      const said = await outcome('lost');
      assert.match(said, /^Error: .*nowhere/);
      await view.until('the same on the page', (text) => $$('.message p').some((message) => text.endsWith(message.textContent)), said);
    });

    test('src may have any address: with or without an ending, with parameters; a page of HTML is refused', async () => {
      for (const path of ['rows.html', 'export.html']) {
        await open(path);
        await untilRows(12);
        view.assertQuiet();
      }
      await open('spa.html');
      await view.untilMessage(/^The attribute src names \S+\/spa\.csv, which is a page of HTML and not a table or a recipe; /);
      await view.until('the tickets', () => $('input[name="preset"]:checked')?.value === 'tickets');
      view.assertQuiet();
    });
  });
}
