// What comes at an awkward moment: an encoder that is late, a start that failed, a comparison that is in the way, and
// attributes that change while an element still loads.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { pageWith } from './pages.mjs';
import { SITE, startServer, WWW } from './server.mjs';

const WEIGHTS = 'model.safetensors';
/** A part of the element's code without which nothing is shown. */
const CODE = 'element/make-lab.js';
/** So long nothing may happen that is not to happen. */
const STILL = 800;

const recorded = (file) => pageWith(
  `<polytask-lab id="a" preset="topic-sentiment" autostart record="recorded/${file}" views="controls encoder losses"></polytask-lab>`,
);
const notebook = (id, rest = '') =>
  `<polytask-lab id="${id}" preset="notebook" epochs="4" views="controls encoder" ${rest}></polytask-lab>`;

/** The recorded run, over after its third step. */
const SHORT = JSON.parse(readFileSync(path.join(WWW, 'recorded/topic-sentiment.json'), 'utf8'));
SHORT.events = SHORT.events.filter(({ type, step }) => ['start', 'end'].includes(type) || (type === 'step' && step <= 3));
SHORT.printed = [];

const PAGES = {
  '/none.html': pageWith('<div id="there"></div><div id="elsewhere"></div>'),
  '/one.html': pageWith(notebook('a')),
  '/two.html': pageWith(notebook('a') + notebook('b')),
  '/short.html': recorded('short.json'),
  '/long.html': recorded('topic-sentiment.json'),
  '/recorded/short.json': JSON.stringify(SHORT),
  '/shared.html': pageWith(
    '<polytask-lab id="a" run="one" preset="notebook" views="controls"></polytask-lab><polytask-lab id="b" run="one" views="losses"></polytask-lab>',
  ),
  '/compare.html': pageWith('<polytask-lab id="a" preset="topic-sentiment" epochs="1" views="controls compare"></polytask-lab>'),
  '/kept.html': pageWith('<polytask-lab id="a" preset="notebook" views="controls try"></polytask-lab>'),
};

/** The first worker is lost as soon as it can compute, before it answers. */
const LOSE_THE_FIRST = () => {
  let first = true;
  window.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      if (args[1].name !== 'polytask') return; // What asks whether there are workers at all.
      const isFirst = first;
      first = false;
      this.postMessage = (message) => {
        if (!isFirst || message.kind !== 'ask') super.postMessage(message);
      };
      if (!isFirst) return;
      this.addEventListener('message', ({ data }) => {
        if (data.kind === 'ready') setTimeout(() => this.onmessage({ data: { kind: 'dead', message: 'it was lost' } }));
      });
    }
  };
};

for (const name of BROWSERS) {
  describe(name, () => {
    let session, server, lab;

    before(async () => {
      session = await launch(name);
    });
    after(() => session?.close());

    /** A server of its own for each, so that no browser's cache has the encoder. */
    const open = async (path, { root = SITE, ...options } = {}, prepare = () => {}) => {
      server = await startServer(root, { pages: PAGES });
      prepare(server);
      lab = await openLab(session.browser, server.url, { page: path, fetches: false, ...options });
    };
    const close = async () => {
      server.letGo();
      await lab.close();
      await server.close();
    };

    const call = (id, method, ...args) =>
      lab.page.evaluate(async ([which, what, given]) => document.getElementById(which)[what](...given), [id, method, args]);
    /** Calls a method without waiting for what comes of it. */
    const begin = (id, method) =>
      lab.page.evaluate(([which, what]) => void document.getElementById(which)[what](), [id, method]);
    const set = (id, attributes) =>
      lab.page.evaluate(([which, all]) => {
        for (const [key, value] of Object.entries(all)) document.getElementById(which).setAttribute(key, value);
      }, [id, attributes]);
    /** Puts an element into an empty page. */
    const add = (id, attributes, where = 'there') =>
      lab.page.evaluate(([which, all, parent]) => {
        const element = document.createElement('polytask-lab');
        for (const [key, value] of Object.entries({ id: which, ...all })) element.setAttribute(key, value);
        document.getElementById(parent).append(element);
      }, [id, attributes, where]);
    const defined = () => lab.until('the tag', () => customElements.get('polytask-lab') !== undefined);
    const replay = () => lab.page.evaluate(() => $part('controls').dataset.replay);
    const untilReplay = (state) =>
      lab.until(`the recording to be ${state}`, (wanted) => $part('controls').dataset.replay === wanted, state);
    const untilHere = () => lab.until('the encoder', () => $part('encoder').dataset.state === 'loaded');
    const untilEvent = (type, n = 1) =>
      lab.until(`${n} events: ${type}`, ([what, least]) => window.runEvents.filter((event) => event.type === what).length >= least, [type, n], 240);
    const isDisabled = () => lab.page.evaluate(() => ['train', 'step', 'reset'].map((part) => $part(part).disabled));

    test('a recording that is over before the encoder comes gives way to the reader’s own run', async () => {
      await open('short.html', {}, (server) => server.holdBack(WEIGHTS, 5_000_000));
      await untilReplay('over');
      await lab.until('the line', () => $part('status').textContent.startsWith('That was a recorded run.'));
      assert.deepEqual(await lab.events('start'), []);
      server.letGo();
      await untilEvent('step', 2);
      assert.equal(await replay(), '');
      assert.equal(await lab.status(), 'training');
      lab.assertQuiet();
      await close();
    });

    test('a recording that was paused stays when the encoder comes; Train then begins a run', async () => {
      await open('long.html', {}, (server) => server.holdBack(WEIGHTS, 5_000_000));
      await untilReplay('playing');
      await lab.press('train');
      await untilReplay('paused');
      server.letGo();
      await untilHere();
      await sleep(STILL);
      assert.equal(await replay(), 'paused');
      assert.deepEqual(await lab.events('start'), []);
      await lab.press('train');
      await untilEvent('step');
      assert.equal(await replay(), '');
      lab.assertQuiet();
      await close();
    });

    test('Train can be pressed before the views further down are laid out, and they are once the sentences are open', async () => {
      await open('lab.html', { shown: false }, (server) => server.holdBack('.wasm', 1000));
      await lab.until('Train', () => document.querySelector('polytask-lab')?.shadowRoot?.querySelector('[data-part="train"]')?.disabled === false);
      const isLaidOut = () => $('.lab > :last-child > header').checkVisibility({ contentVisibilityAuto: true });
      assert.equal(await lab.page.evaluate(isLaidOut), false);
      server.letGo();
      await lab.until('all views', isLaidOut);
      lab.assertQuiet();
      await close();
    });

    test('an element that comes after a start that failed starts all the same', async () => {
      await open('none.html', { shown: false }, (server) => server.lack('.wasm'));
      await defined();
      await add('a', { preset: 'notebook', views: 'controls' });
      await lab.untilMessage(/^The training code could not be started \(.+\); reload the page to try again\.$/);
      assert.deepEqual(await isDisabled(), [true, true, true]);
      server.lack();
      await add('b', { preset: 'notebook', views: 'controls' });
      await call('b', 'step');
      await untilEvent('step');
      await lab.until('its end', () => document.getElementById('b').state.status === 'paused');
      assert.equal(await lab.page.evaluate(() => document.getElementById('a').state.missing !== ''), true, 'the first stays as it was');
      await close();
    });

    test('train(), step() and reset() end a comparison, and the bar can be used again', async () => {
      await open('compare.html');
      await call('a', 'step');
      await untilEvent('step');
      await lab.untilStatus('paused');
      for (const [method, comes] of [['step', 'step'], ['reset', 'start'], ['train', 'end']]) {
        const [there, compared] = [(await lab.events(comes)).length, (await lab.events('compared')).length];
        await lab.press('compare-start');
        await lab.until('the comparison', () => document.getElementById('a').state.comparing);
        await untilEvent('compared', compared + 1);
        assert.deepEqual(await isDisabled(), [true, true, true], 'the bar waits for the comparison');
        await call('a', method);
        await untilEvent(comes, there + 1);
        assert.equal(await lab.page.evaluate(() => document.getElementById('a').state.comparing), false, method);
        await lab.until('the bar', () => ['train', 'step', 'reset'].every((part) => !$part(part).disabled));
        assert.match(await lab.text('compare-status'), /^Cancelled\. /);
      }
      const compared = (await lab.events('compared')).length;
      await sleep(STILL);
      assert.equal((await lab.events('compared')).length, compared, 'nothing is compared any more');
      assert.deepEqual(await lab.events('comparison'), []);
      lab.assertQuiet();
      await close();
    });

    test('a column called as what every object has is a task like others, on the page and back in CSV', async () => {
      await open('lab.html');
      const csv = 'text,constructor,valueOf\r\nThe soup was cold,builder,x\r\nThe rain never stops,,y\r\nMy phone broke,architect,\r\n';
      await lab.until('the table', () => $$('.sentences tbody tr').length > 1);
      await lab.drop('objects.csv', csv);
      await lab.until('its sentences', () => $$('.sentences tbody tr').length === 3);
      const labels = await lab.page.evaluate(() =>
        $$('.sentences tbody tr').map((row) => [...row.querySelectorAll('select')].map(({ value }) => value)),
      );
      assert.deepEqual(labels, [['builder', 'x'], ['', 'y'], ['architect', '']]);
      const saved = await lab.page.evaluate(async () => {
        const made = new Promise((resolve) => (URL.createObjectURL = (blob) => (resolve(blob.text()), 'about:blank')));
        HTMLAnchorElement.prototype.click = () => {};
        $part('share-csv').click();
        return made;
      });
      assert.equal(saved, csv);
      lab.assertQuiet();
      await close();
    });

    test('the chosen speed and the sentence to try outlive a change of language', async () => {
      await open('kept.html');
      await lab.fill('[data-part="speed"]', '500');
      const own = 'The bakery burned my bread again.';
      await lab.fill('#try-text', own);
      await set('a', { lang: 'de' });
      await lab.until('German', () => $part('train-label')?.textContent === 'Trainieren');
      await lab.until('the speed', () => $part('speed').value === '500');
      assert.equal(await lab.page.evaluate(() => $('#try-text').value), own);
      assert.equal(await lab.page.evaluate(() => document.getElementById('a').state.msBetween), 500);
      lab.assertQuiet();
      await close();
    });

    test('a language that cannot be loaded is told once, and the run goes on', async () => {
      await open('one.html', { root: WWW }, (server) => server.lack('strings/de.js'));
      await call('a', 'step');
      await untilEvent('step');
      for (const lang of ['de', 'de-AT']) {
        await set('a', { lang });
        await lab.until('the complaint', () => $$('.misuse').length === 1);
        await sleep(STILL / 2);
      }
      const said = await lab.page.evaluate(() => $('.misuse').textContent);
      assert.match(said, /^This part could not be loaded \(.+\); check the connection, then reload the page\.$/);
      await call('a', 'train');
      await untilEvent('end');
      await close();
    });

    describe('a download that two elements wait for', () => {
      before(async () => {
        await open('two.html', {}, (server) => server.holdBack(WEIGHTS, 5_000_000));
        await lab.until('both', () => $$('[data-part="encoder-action"]').length === 2);
        await lab.page.evaluate(() => $$('[data-part="encoder-action"]').forEach((button) => button.click()));
        await untilSay(/^downloading/, /^downloading/);
      });
      after(close);

      const said = () => lab.page.evaluate(() => $$('[data-part="encoder-state"]').map(({ textContent }) => textContent));
      /** Waits until the two elements say these. @param {...RegExp} wanted */
      const untilSay = (...wanted) =>
        lab.until(`${wanted}`, (sources) =>
          $$('[data-part="encoder-state"]').every(({ textContent }, i) => new RegExp(sources[i]).test(textContent)), wanted.map(({ source }) => source));

      test('goes on for the other when one cancels', async () => {
        await lab.press('encoder-action');
        await untilSay(/^not fetched yet/, /^downloading/);
        await sleep(STILL);
        const [a, b] = await said();
        assert.match(a, /^not fetched yet/);
        assert.match(b, /^downloading/);
        assert.equal(server.count(WEIGHTS), 1);
      });

      test('is cancelled by both and begins anew for who asks in the same moment', async () => {
        await lab.press('encoder-action'); // The first waits again, for the same download.
        await untilSay(/^downloading/, /^downloading/);
        assert.equal(server.count(WEIGHTS), 1);
        await lab.page.evaluate(() => {
          $$('[data-part="encoder-action"]').forEach((button) => button.click());
          for (const id of ['a', 'b']) document.getElementById(id).step();
        });
        await lab.until('another', () => window.runEvents.filter(({ type }) => type === 'progress').at(-1)?.received > 0);
        server.letGo();
        await untilEvent('step', 2);
        await untilSay(/^15\.9 MB, downloaded$/, /^15\.9 MB, downloaded$/);
        assert.equal(server.count(WEIGHTS), 2);
        assert.equal(await lab.alerts(), '');
        lab.assertQuiet();
      });
    });

    describe('while an element loads', () => {
      before(async () => {
        await open('none.html', { shown: false, root: WWW });
        await defined();
      });
      after(close);

      test('what its attributes say last is what it starts with, for who waits for it too', async () => {
        server.holdBack(CODE, 10);
        await add('a', { preset: 'notebook', views: 'controls' });
        await begin('a', 'step');
        await lab.until('its code to be asked for', () => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('lab/labs.js')));
        await set('a', { preset: 'topic-sentiment' });
        await sleep(100);
        await set('a', { preset: 'tickets', lang: 'de' });
        server.letGo();
        await untilEvent('step');
        assert.deepEqual(await lab.page.evaluate(() => document.getElementById('a').state.tasks), ['intent', 'urgency', 'tone']);
        assert.equal(await lab.text('train-label'), 'Trainieren');
        assert.equal((await lab.events('start')).length, 1);
      });

      test('moving it begins nothing anew, neither then nor when it comes near the screen', async () => {
        // Its view is not here yet.
        server.holdBack('views/log.js', 10);
        await add('b', { preset: 'notebook', views: 'log' });
        await begin('b', 'step');
        await lab.until('its code to be asked for', () => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('views/registry.js')));
        await sleep(STILL / 2);
        await lab.page.evaluate(() => {
          document.getElementById('elsewhere').style.marginTop = '5000px';
          document.getElementById('elsewhere').append(document.getElementById('b'));
        });
        await sleep(STILL / 2);
        const manifests = server.count('manifest.json');
        server.letGo();
        await lab.until('its step', () => document.getElementById('b').state?.step === 1, undefined, 240);
        await lab.page.evaluate(() => {
          window.first = $part('log');
          document.getElementById('elsewhere').scrollIntoView();
        });
        await sleep(STILL);
        assert.equal(await lab.page.evaluate(() => $part('log') === window.first), true, 'its view is the one that it was');
        assert.equal((await lab.events('start')).length, 2, 'one run of each element');
        assert.equal(server.count('manifest.json'), manifests, 'the encoder came once for both');
        assert.equal(server.count(WEIGHTS), 1);
        lab.assertQuiet();
      });
    });

    describe('elements that share a run', () => {
      const state = (id) => lab.page.evaluate((which) => document.getElementById(which).state, id);
      const tasks = (id) => lab.page.evaluate((which) => document.getElementById(which).state?.tasks, id);

      before(() => open('shared.html'));
      after(close);

      test('go over together to what the first says from now on', async () => {
        await call('a', 'step');
        await untilEvent('step');
        assert.deepEqual([(await tasks('a')).length, await tasks('a')], [2, await tasks('b')]);
        await set('a', { preset: 'tickets', seed: '3' });
        await call('b', 'step');
        await untilEvent('step', 2);
        assert.deepEqual(await tasks('a'), ['intent', 'urgency', 'tone']);
        assert.deepEqual(await state('b'), await state('a'));
        assert.match(await lab.text('loss-legend'), /urgency/, 'the other shows the same run');
      });

      test('and do not mind what another says of it', async () => {
        await set('b', { preset: 'notebook' });
        await sleep(STILL);
        assert.equal((await state('a')).step, 1);
        assert.deepEqual(await state('b'), await state('a'));
      });

      test('and one may leave for a run of its own', async () => {
        await set('b', { run: 'other' });
        await call('b', 'step');
        await untilEvent('step', 3);
        assert.equal((await tasks('b')).length, 2);
        assert.deepEqual(await tasks('a'), ['intent', 'urgency', 'tone']);
        lab.assertQuiet();
      });
    });

    test('a worker that is lost before the sentences are open is asked again for those of the page’s link', async () => {
      await open('lab.html');
      await lab.until('the table', () => $$('.sentences tbody tr').length > 1);
      await lab.drop('parity.csv', 'text,parity\nNumber one,odd\nNumber two,even\nNumber three,odd\nNumber four,even\n');
      await lab.until('its sentences', () => $$('.sentences tbody tr').length === 4);
      const { hash } = new URL(await lab.untilLink('the file', ({ data }) => data.examples?.length === 4));
      await close();
      await open(`lab.html${hash}`, { before: LOSE_THE_FIRST });
      await lab.untilMessage(/^The training worker crashed \(it was lost\) and was replaced\. Your sentences and settings are still here/);
      await lab.until('the sentences', () => $$('.sentences tbody textarea').length === 4);
      assert.deepEqual(await lab.sentences(), ['Number one', 'Number two', 'Number three', 'Number four']);
      await sleep(STILL);
      assert.equal((await lab.sentences()).length, 4, 'they stay');
      assert.equal(server.count(WEIGHTS), 0, 'nobody asked for the encoder');
      lab.assertQuiet();
      await close();
    });

    test('a sentence that cannot be classified keeps no other from its answer', async () => {
      await open('one.html');
      await call('a', 'step');
      await untilEvent('step');
      const outcomes = await lab.page.evaluate(async () => {
        const a = document.getElementById('a');
        const asked = ['The soup was cold.', null, 'The rain never stops.', 'The soup was cold.'].map((text) => a.predict(text));
        return (await Promise.allSettled(asked)).map(({ value, reason }) => value?.text ?? reason.name);
      });
      assert.deepEqual(outcomes, ['The soup was cold.', 'Error', 'The rain never stops.', 'The soup was cold.']);
      await close();
    });

    test('a task is not called what JavaScript keeps for itself', async () => {
      await open('lab.html');
      await lab.until('the table', () => $$('.sentences tbody tr').length > 1);
      await lab.page.evaluate(() => $('.task-name').click());
      await lab.until('the dialog', () => $part('task-dialog').open);
      await lab.page.evaluate(() => {
        $part('task-dialog').querySelector('input').value = '__proto__';
        $part('task-dialog').querySelector('.primary').click();
      });
      assert.equal(await lab.page.evaluate(() => $part('task-dialog').querySelector('.complaint').textContent), 'JavaScript reserves the name “__proto__”; choose another.');
      assert.equal(await lab.page.evaluate(() => $part('task-dialog').open), true);
      lab.assertQuiet();
      await close();
    });
  });
}
