// The visit that the page is for, in Chromium and Firefox: the encoder comes, two losses fall, a sentence is classified.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { startServer } from './server.mjs';

/**
 * The events of the runs in each browser, with the box for the same bits ticked, each as JSON: a number's shortest form
 * tells every bit of it.
 */
const recorded = new Map();

const mean = (xs) => xs.reduce((a, b) => a + b, 0) / xs.length;

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, lab;

    before(async () => {
      server = await startServer();
      session = await launch(name);
      lab = await openLab(session.browser, server.url, { fetches: false });
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    /** Ticks the box, and waits for a run with it. */
    const askForTheSameBits = async () => {
      const runs = (await lab.events('start')).length;
      await lab.page.evaluate(() => $('#setting-reproducible').click());
      await lab.until(
        'a run with the box ticked',
        (n) => window.runEvents.filter((event) => event.type === 'start').length > n,
        runs,
      );
    };

    test('the encoder comes with bytes and per cent shown, and an untrained run is ready', async () => {
      await lab.page.evaluate(() => {
        const state = $part('encoder-state');
        window.states = [];
        new MutationObserver(() => window.states.push(state.textContent)).observe(state, { childList: true });
      });
      server.slow('small/model.safetensors', 30e6); // Half a second: some frames show it.
      await lab.fetchEncoder();
      await lab.untilStatus('ready');
      server.mend();
      const progress = (await lab.events('progress')).filter((event) => !event.cached);
      const states = await lab.page.evaluate(() => window.states);
      assert.ok(progress.length > 2, `${progress.length} progress events`);
      assert.ok(
        progress.every((event, i) => i === 0 || event.received >= progress[i - 1].received),
        'bytes only grow',
      );
      assert.equal(progress.at(-1).received, progress.at(-1).total);
      assert.ok(
        states.some((text) => /^downloading \d+\.\d of 15\.9 MB, \d+ %$/.test(text)),
        `shown: ${states.slice(0, 5).join(' | ')}`,
      );
      assert.match(await lab.text('encoder-state'), /^15\.9 MB, downloaded$/);
      const [start] = await lab.events('start');
      assert.deepEqual(
        start.tasks.map((task) => task.name),
        ['topic', 'sentiment'],
      );
      assert.match(await lab.text('encoder-threads'), /^\d+ threads?$/);
      assert.ok(start.trainable_parameters > 0 && start.parameters > 22e6);
      const marked = await lab.page.evaluate(() => $$('.sentences .held-out').length);
      assert.ok(marked > 0, 'held-out rows are marked');
    });

    test('a setting changed before the first step is in the run', async () => {
      await askForTheSameBits();
      await lab.fill('#setting-epochs', '3');
      await lab.until(
        'a run of 3 epochs',
        () => window.runEvents.filter((event) => event.type === 'start').at(-1).epochs === 3,
      );
      await lab.untilStatus('ready');
    });

    test('Step takes exactly one step', async () => {
      for (const step of [1, 2]) {
        await lab.press('step');
        await lab.until(
          `step ${step}`,
          (n) => window.runEvents.filter((event) => event.type === 'step').length === n,
          step,
        );
      }
      await lab.untilStatus('paused');
      await sleep(1000);
      assert.equal((await lab.events('step')).length, 2);
      assert.match(await lab.text('step-count'), /^2 \//);
    });

    test('Pause stops within one step', async () => {
      await lab.press('train');
      await lab.until('step 4', () => window.runEvents.filter((event) => event.type === 'step').length >= 4);
      const pressedAfter = await lab.page.evaluate(() => {
        $part('train').click();
        return window.runEvents.filter((event) => event.type === 'step').length;
      });
      await lab.untilStatus('paused');
      await sleep(1500);
      const steps = (await lab.events('step')).length;
      assert.ok(steps <= pressedAfter + 1, `pressed after step ${pressedAfter}, stopped after step ${steps}`);
      assert.equal(await lab.text('train-label'), 'Train');
    });

    test('a sentence is classified while training runs', async () => {
      await lab.press('train');
      await lab.until(
        'training to go on',
        () => $part('controls').dataset.status === 'training',
      );
      await lab.fill('#try-text', 'The bakery burned my bread again.');
      await lab.until('its prediction', () =>
        window.runEvents.some(
          (event) => event.type === 'prediction' && event.text === 'The bakery burned my bread again.',
        ),
      );
      assert.equal(await lab.status(), 'training');
    });

    test('both losses fall and the plots hold as many points as steps', async () => {
      await lab.untilStatus('ended');
      const start = (await lab.events('start')).at(-1);
      const steps = await lab.events('step');
      assert.equal(steps.length, start.epochs * start.steps_per_epoch);
      assert.deepEqual(
        steps.map((event) => event.step),
        steps.map((_, i) => i + 1),
        'no step twice, none left out',
      );
      assert.equal(await lab.points('loss-chart'), steps.length);
      assert.equal(await lab.points('accuracy-chart'), start.epochs);
      const frames = (await lab.events('map')).at(-1).frames.map(({ step }) => step);
      assert.deepEqual([frames[0], frames.at(-1)], [0, steps.length]);
      assert.ok(frames.length >= 6 && frames.length <= 8, `${frames}: the map shows a few times of the run`);
      for (const task of ['topic', 'sentiment']) {
        const losses = steps.map((event) => event.losses[task]).filter((loss) => loss !== undefined);
        const [first, last] = [mean(losses.slice(0, 5)), mean(losses.slice(-5))];
        assert.ok(last < 0.7 * first, `${task}: ${first} to ${last}`);
      }
      const held = (await lab.events('evaluation')).filter((event) => event.split === 'validation');
      assert.ok(held.at(-1).tasks.topic.accuracy > 0.7, `topic, held out: ${held.at(-1).tasks.topic.accuracy}`);
      assert.match(
        await lab.text('log'),
        /Epoch 1\/\d+\n?Loss topic: \d\.\d{4}, Loss sentiment: \d\.\d{4}, Total Loss: \d\.\d{4}/,
      );
      assert.match(await lab.text('live'), /^Done\. .*topic/);
    });

    test('a typed sentence is classified by every head', async () => {
      await lab.fill('#try-text', 'My new laptop crashes every single day.');
      await lab.until('its answer', () =>
        $part('try-answers').dataset.for?.startsWith('My new laptop'),
      );
      const prediction = (await lab.events('prediction')).at(-1);
      assert.equal(prediction.tasks.topic.label, 'technology');
      assert.equal(prediction.tasks.sentiment.label, 'negative');
      for (const { probabilities } of Object.values(prediction.tasks)) {
        assert.ok(Math.abs(probabilities.reduce((a, b) => a + b, 0) - 1) < 1e-4, 'probabilities add up to 1');
      }
      const best = await lab.page.evaluate(() =>
        $$('.head .best .name').map((element) => element.textContent),
      );
      assert.deepEqual(best, ['technology', 'negative']);
    });

    test('the confusion matrices count every held-out label once', async () => {
      const [start] = await lab.events('start');
      const counts = await lab.page.evaluate(() =>
        $$('.matrix').map((matrix) =>
          Array.from(matrix.querySelectorAll('tbody td'), (cell) => Number(cell.textContent)).reduce(
            (a, b) => a + b,
            0,
          ),
        ),
      );
      assert.deepEqual(counts, [start.validation_examples, start.validation_examples]);
    });

    test('the notebook’s own job runs to its end', async () => {
      await lab.choosePreset('notebook');
      await lab.until(
        'the notebook’s run',
        () => window.runEvents.filter((event) => event.type === 'start').at(-1)?.train_examples === 4,
      );
      await askForTheSameBits();
      const from = (await lab.events()).length;
      await lab.press('train');
      await lab.until('the end', (n) => window.runEvents.slice(n).some((event) => event.type === 'end'), from, 240);
      const events = (await lab.events()).slice(from);
      assert.equal(events.filter((event) => event.type === 'epoch').length, 3);
      recorded.set(
        name,
        await lab.page.evaluate(() =>
          window.runEvents
            .filter((event) => ['step', 'epoch', 'evaluation'].includes(event.type))
            .map((event) => JSON.stringify(event)),
        ),
      );
    });

    test('Reset and Train repeat the run number by number', async () => {
      const stepsSince = async (from) =>
        (await lab.events()).slice(from).filter((event) => ['step', 'epoch', 'evaluation'].includes(event.type));
      const runs = [];
      for (let i = 0; i < 2; i++) {
        await lab.press('reset');
        await lab.untilStatus('ready');
        const from = (await lab.events()).length;
        await lab.press('train');
        await lab.until('the end', (n) => window.runEvents.slice(n).some((event) => event.type === 'end'), from, 240);
        runs.push(await stepsSince(from));
      }
      assert.ok(runs[0].length > 6);
      assert.deepEqual(runs[1], runs[0]);
    });

    test('a reload keeps the run and the sentences, and takes the encoder from the cache', async () => {
      const asked = server.count('model.safetensors');
      await lab.reload();
      await lab.untilStatus('ended');
      assert.match(await lab.text('encoder-state'), /from this browser’s cache/);
      assert.equal(asked, 1);
      assert.equal(server.count('model.safetensors'), 1, 'no second request for the weights');
      assert.equal((await lab.sentences()).length, 4, 'still the notebook’s sentences');
    });

    test('the console is empty', () => lab.assertQuiet());
  });
}

test('both browsers compute the same bits where that is asked for', () => {
  const [a, b] = BROWSERS.map((name) => recorded.get(name));
  assert.ok(a?.length > 30 && b, 'both browsers have run');
  assert.equal(a.length, b.length);
  for (const [i, event] of a.entries()) assert.equal(event, b[i], `event ${i}`);
});
