// <polytask-lab> as a guest: under a page's header, in a page that requires Trusted Types, with text of any script; and its parts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { pageWith } from './pages.mjs';
import { SITE, startServer, WWW } from './server.mjs';

const manifest = JSON.parse(readFileSync(path.join(WWW, 'custom-elements.json'), 'utf8'));
const PARTS = manifest.modules[0].declarations[0].cssParts.map(({ name }) => name).sort();

/** A page with a header as documentation systems have: it sticks to the top, with a menu button, just above the text. */
const underHeader = (style = '', attributes = '') =>
  pageWith(
    `<header><button id="menu">≡</button></header><p>Text.</p>
    <polytask-lab id="a" preset="topic-sentiment" views="controls losses accuracy try" ${attributes}></polytask-lab><p style="height: 1500px">More.</p>`,
    `<style>body { margin: 0 } header { position: sticky; top: 0; z-index: 2; height: 48px; background: #fff } ${style}</style>`,
  );
const strict = (policy) =>
  pageWith(
    '<polytask-lab id="a" preset="notebook" views="controls losses results gradients map try"></polytask-lab>',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
  );
const REQUIRED = "require-trusted-types-for 'script'";

/** Sentences, a task and its classes in Hebrew, and a task in Latin letters. */
const HEBREW = ['המרק היה קר', 'ירד גשם כל היום', 'המרק היה טעים', 'השמש זרחה'];
const EXAMPLES = HEBREW.map((text, i) => ({ text, labels: { נושא: ['אוכל', 'מזג אוויר'][i % 2], mood: ['bad', 'good'][i >> 1] } }));

const PAGES = {
  '/header.html': underHeader(),
  '/sticky.html': underHeader('polytask-lab { --polytask-sticky-top: 48px }'),
  '/nowhere.html': underHeader('', 'encoder="/nowhere/"'),
  '/two.html': pageWith('<polytask-lab run="one" preset="notebook" views="controls"></polytask-lab><polytask-lab run="one" views="losses"></polytask-lab>'),
  '/required.html': strict(REQUIRED),
  '/named.html': strict(`${REQUIRED}; trusted-types polytask`),
  '/forbidden.html': strict(`${REQUIRED}; trusted-types other`),
  '/hebrew.html': pageWith('<polytask-lab id="a" views="controls sentences losses results try"></polytask-lab>'),
  '/every.html': pageWith('<polytask-lab id="a" preset="notebook" epochs="1"></polytask-lab>'),
};

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, view;

    before(async () => {
      server = await startServer(SITE, { cors: true, pages: PAGES, modules: true });
      session = await launch(name);
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    const open = async (path, options = {}) => {
      await view?.close();
      view = await openLab(session.browser, server.url, { page: path, fetches: false, ...options });
    };
    const run = (test, argument) => view.page.evaluate(test, argument);
    const PHONE = { viewport: { width: 390, height: 700 } };

    /** Scrolls the bar to the header's place and back; says what lies there, and where the bar is. */
    const scrolled = () =>
      run(async () => {
        const seen = { covered: [], tops: [] };
        const { top } = $part('controls').getBoundingClientRect();
        for (const way of [0, top - 60, top - 30, top, top + 30, top + 200]) {
          scrollTo(0, way);
          await $drawn();
          const { left, top: y, width, height } = document.getElementById('menu').getBoundingClientRect();
          if (document.elementFromPoint(left + width / 2, y + height / 2)?.id !== 'menu') seen.covered.push(way);
          if (document.elementFromPoint(300, 24)?.localName !== 'header') seen.covered.push(way);
          seen.tops.push(Math.round($part('controls').getBoundingClientRect().top));
        }
        return seen;
      });

    test('at 390 px nothing of it lies over the page’s header, and the bar scrolls away', async () => {
      await open('header.html', PHONE);
      const { covered, tops } = await scrolled();
      assert.deepEqual(covered, []);
      assert.ok(tops.at(-1) < -100, `${tops}`);
      view.assertQuiet();
    });

    test('where the page gives a distance, the bar sticks there, below the header; a message covers nothing of the header either', async () => {
      await open('sticky.html', PHONE);
      await run(() => (document.getElementById('a').recipe = 'none'));
      await view.untilMessage(/^The property recipe is not a recipe/);
      const { covered, tops } = await scrolled();
      assert.deepEqual(covered, []);
      assert.equal(tops.at(-1), 48);
      view.assertQuiet();
    });

    test('a message lies over the element that follows', async () => {
      await open('two.html', PHONE);
      await run(() => (document.querySelector('polytask-lab').recipe = 'none'));
      await view.untilMessage(/^The property recipe is not a recipe/);
      const isOnTop = await run(() => {
        const { left, bottom, width } = $('.message').getBoundingClientRect();
        const over = document.elementFromPoint(left + width / 2, bottom - 2);
        const panel = $('[data-part="losses"]').getBoundingClientRect();
        return [bottom > panel.top, over === document.querySelector('polytask-lab')];
      });
      assert.deepEqual(isOnTop, [true, true]);
    });

    test('an error that comes out of the reader’s sight is scrolled into view', async () => {
      await open('nowhere.html', PHONE);
      await run(async () => {
        $('#try-text').focus();
        scrollTo(0, $part('try').getBoundingClientRect().top + scrollY);
        await $drawn();
        void document.getElementById('a').train();
      });
      await view.until('the error in view', () => {
        const place = $('.message.error')?.getBoundingClientRect();
        return place !== undefined && place.top >= 48 && place.bottom <= innerHeight;
      });
    });

    for (const [file, where] of [['required.html', 'that requires Trusted Types'], ['named.html', 'that allows their policy by name']])
      test(`trains in a page ${where}, with nothing refused`, async () => {
        await open(file, {
          before: () => {
            window.refused = [];
            addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => window.refused.push(`${effectiveDirective} ${blockedURI}`));
          },
        });
        assert.equal(await run(() => document.getElementById('a').train().then(() => 'ended', String)), 'ended');
        assert.deepEqual(await run(() => window.refused), []);
        view.assertQuiet();
      });

    test('and in one of another origin', async () => {
      const foreign = { '/page.html': strict(REQUIRED).replace('src="polytask-lab.js"', `src="${server.url}polytask-lab.js"`) };
      const other = await startServer(SITE, { pages: foreign, without: '.js' });
      await view?.close();
      view = await openLab(session.browser, other.url, { page: 'page.html', fetches: false });
      assert.equal(await run(() => document.getElementById('a').train().then(() => 'ended', String)), 'ended');
      view.assertQuiet();
      await other.close();
    });

    test('a page that forbids the policy is told so, and the connection is not blamed', async () => {
      await open('forbidden.html');
      const why = /trusted-types must name the policy “polytask”/;
      assert.match(await run(() => document.getElementById('a').train().then(() => 'ended', String)), why);
      await view.untilMessage(why);
    });

    test('text is written and shown in the direction of its script', async () => {
      await open('hebrew.html');
      await run((examples) => (document.getElementById('a').examples = examples), EXAMPLES);
      await view.until('the sentences', (n) => $$('.sentences tbody tr').length === n, EXAMPLES.length);
      await view.fill('#try-text', HEBREW[0]);
      await run(() => document.getElementById('a').train());
      await view.until('the answer', () => $$('.answers .best').length === 2);
      await view.drawn();
      const directions = await run(() => {
        const of = (selector) => $$(selector).map((element) => getComputedStyle(element).direction);
        return {
          sentences: of('.sentences tbody textarea'),
          labels: of('.sentences tbody td.label:nth-child(3) :is(select, input)'),
          tasks: of('.sentences thead .task-name'),
          typed: of('#try-text'),
          heads: of('.answers h4'),
          answers: of('.answers .name'),
          losses: of('[data-part="loss-legend"] li:not(.at, .ghost) .name').slice(0, 2),
        };
      });
      const [rtl, ltr] = ['rtl', 'ltr'];
      assert.deepEqual(directions, {
        sentences: [rtl, rtl, rtl, rtl],
        labels: [rtl, rtl, rtl, rtl],
        tasks: [rtl, ltr],
        typed: [rtl],
        heads: [rtl, ltr],
        answers: [rtl, rtl, ltr, ltr],
        losses: [rtl, ltr],
      });
      // A sentence begins at the right.
      const ends = await run(() => {
        const field = $('#try-text');
        return [getComputedStyle(field).textAlign, getComputedStyle(field).direction];
      });
      assert.deepEqual(ends, ['start', 'rtl']);
      view.assertQuiet();
    });

    test('every part of its shadow tree is one that the manifest names, and each of these is there', async () => {
      await open('every.html');
      await run(async () => {
        const { GROUPS, VIEWS } = await import('./views/registry.js');
        document.getElementById('a').views = Object.keys(VIEWS).filter((each) => !(each in GROUPS));
      });
      await view.until('the last view', () => $part('share') !== undefined && $part('compare') !== undefined);
      await run(() => document.getElementById('a').train());
      await run(() => (document.getElementById('a').recipe = 'none'));
      await view.untilMessage(/^The property recipe is not a recipe/);
      await run(() => $$('[data-part="paste"]')[0].click());
      await view.until('a dialog and a chart', () => $('dialog[open]') !== undefined && $('[part="chart"]') !== undefined);
      const found = await run(() => [...new Set($$('[part]').flatMap((element) => [...element.part]))].sort());
      assert.deepEqual(found, PARTS);
      // All of a kind have their part.
      const without = await run(() => $$('button, input, select, textarea, dialog').filter((element) => element.part.length === 0).map((element) => element.outerHTML.slice(0, 80)));
      assert.deepEqual(without, []);
    });
  });
}
