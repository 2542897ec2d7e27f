// How the article looks and behaves for everyone: screenshots to judge by eye, chapter by chapter, and what of it a machine
// can judge.
//
// Runs alone: what moves on a page depends on when its parts arrive.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { SITE, startServer, WWW } from './server.mjs';

const OUT = fileURLToPath(new URL('../../target/screenshots/', import.meta.url));
const HEIGHTS = { 390: 844, 1024: 1000, 1600: 1000 };
const SCHEMES = ['light', 'dark'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The article, and its recording, with two epochs in place of five: the later ones change only numbers. */
const ARTICLE = readFileSync(path.join(SITE, 'index.html'), 'utf8').replaceAll('<polytask-lab run="article"', '$& epochs="2"');
const RECORDING = JSON.parse(readFileSync(path.join(WWW, 'recorded/topic-sentiment.json'), 'utf8'));
RECORDING.recipe.training.epochs = 2;
const PAGES = { '/index.html': ARTICLE, '/recorded/topic-sentiment.json': JSON.stringify(RECORDING) };
/** How far one scrolls at a time, so that every figure comes near the screen before it is on it. */
const SCROLL = 400;

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, lab, chapters;

    before(async () => {
      mkdirSync(OUT, { recursive: true });
      server = await startServer(SITE, { pages: PAGES });
      session = await launch(name);
      lab = await openLab(session.browser, server.url, {
        page: 'index.html',
        viewport: { width: 1600, height: 1000 },
        still: true,
      });
      chapters = await lab.page.evaluate(() => $$('[data-chapter]').map(({ id }) => id));
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    /** Scrolls the whole page by, as a reader does. */
    const readThrough = () =>
      lab.page.evaluate(async (by) => {
        const root = document.documentElement;
        for (let y = 0; y < root.scrollHeight; y += by) {
          scrollTo(0, y);
          await new Promise((resolve) => setTimeout(resolve, 150));
        }
        scrollTo(0, 0);
      }, SCROLL);

    test('nothing jumps between the first paint and the end of training, wherever one reads', async () => {
      await readThrough();
      await lab.until('all figures', () => document.querySelectorAll('polytask-lab:not([status])').length === 0);
      await lab.press('observe');
      await lab.until('the first epoch', () => window.runEvents.some(({ type }) => type === 'evaluation'), undefined, 300);
      assert.equal((await lab.events('start')).at(-1).epochs, 2);
      await lab.press('measure-interference');
      await lab.untilStatus('ended');
      await readThrough();
      await lab.assertStill();
    });

    test('what does jump is noticed', async () => {
      const seen = () => lab.page.evaluate(() => window.shifts.reduce((sum, { value }) => sum + value, 0));
      await lab.page.evaluate(() => scrollTo(0, 0));
      await lab.until('the top', () => scrollY === 0);
      const before = await seen();
      await lab.page.evaluate(() => {
        const block = document.createElement('div');
        block.id = 'pushes';
        block.style.height = '300px';
        document.body.prepend(block);
      });
      await lab.until('the jump', (before) => window.shifts.reduce((sum, { value }) => sum + value, 0) > before + 0.1, before, 20);
      await lab.page.evaluate(() => document.getElementById('pushes').remove());
    });

    for (const [width, height] of Object.entries(HEIGHTS)) {
      for (const scheme of SCHEMES) {
        test(`${width} px, ${scheme}: every chapter`, async () => {
          const { page } = lab;
          await choose(page, scheme);
          await page.setViewport({ width: Number(width), height });
          await page.evaluate(() => scrollTo(0, 0));
          await sleep(400);
          const file = (what) => path.join(OUT, `${name}-${width}-${scheme}-${what}.png`);
          await page.screenshot({ path: file('top') });
          // Only this once the bar stays where it stands: a chapter's picture is put together from several screens.
          await page.evaluate(() => (document.getElementById('bar').style.position = 'static'));
          for (const chapter of chapters) await (await page.$(`#${chapter}`)).screenshot({ path: file(chapter) });
          await page.evaluate(() => (document.getElementById('bar').style.position = ''));
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          assert.equal(overflow, 0, 'no sideways scrolling');
          assert.deepEqual(await violations(page), []);
        });
      }
    }

    test('on a small phone the bar takes three rows in German too, and nothing in it or in the head touches or is cut off', async () => {
      const small = await openLab(session.browser, server.url, {
        ...{ page: '?lang=de', viewport: { width: 320, height: 640 }, fetches: false },
      });
      for (const status of [
        'Angehalten nach Schritt 1117.',
        'Eine Aufzeichnung läuft, bis dein eigener Lauf beginnt.',
      ]) {
        // Set and read in one go: in between, the page would say again how its own run stands.
        const bar = await small.page.evaluate((status) => {
          const texts = { 'epoch-count': '5 / 5', 'step-count': '1117 / 2020', 'loss-count': '16,07', status };
          for (const [part, text] of Object.entries(texts)) $part(part).textContent = text;
          const box = (element) => {
            const range = document.createRange();
            range.selectNodeContents(element);
            return range.getBoundingClientRect();
          };
          const counters = $$('.counters > div').map(box);
          // A row ends where nothing of it reaches down to what comes next.
          const spans = ['.counters', '[data-part="status"]', '[data-part="speed"]', '.buttons']
            .map((part) => $(`[data-part="controls"] ${part}`).getBoundingClientRect())
            .sort((a, b) => a.top - b.top);
          return {
            gaps: counters.slice(1).map(({ left }, i) => left - counters[i].right),
            rows:
              1 +
              spans.slice(1).filter(({ top }, i) => top >= Math.max(...spans.slice(0, i + 1).map((s) => s.bottom)))
                .length,
            cut: Object.keys(texts).filter((part) => $part(part).scrollWidth > $part(part).clientWidth),
            wrapped: $$('.bar .buttons button').filter(
              (button) => box(button).height > 1.9 * parseFloat(getComputedStyle(button).fontSize),
            ).length,
            share: $part('controls').getBoundingClientRect().height / innerHeight,
          };
        }, status);
        assert.ok(
          bar.gaps.every((gap) => gap >= 8),
          JSON.stringify(bar),
        );
        assert.equal(bar.rows, 3);
        assert.deepEqual(bar.cut, []);
        assert.equal(bar.wrapped, 0);
        assert.ok(bar.share < 0.28, `${bar.share} of the screen`);
      }
      const beside = await small.page.evaluate(
        () =>
          document.documentElement.clientWidth -
          document.querySelector('.masthead').lastElementChild.getBoundingClientRect().right,
      );
      assert.ok(beside >= 8, `the head of the page ends ${beside} px before the edge`);
      await small.close();
      await lab.page.bringToFront();
    });

    // Only Chromium can be told that the system sets the colours.
    if (name === 'chromium')
      test('in forced colours one sees where one is, what is chosen or marked, and how far a bar goes', async () => {
        const forced = await openLab(session.browser, server.url, { page: '', fetches: false });
        const cdp = await forced.page.createCDPSession();
        await cdp.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value: 'active' }] });
        await forced.page.evaluate(() => document.getElementById('sentences').scrollIntoView());
        await forced.until('the table', () => $$('.sentences tbody tr').length > 1);
        await forced.until('the legend', () => $$('[data-part="loss-legend"] .swatch').length > 1);
        await forced.until('the chapter', () => $('.contents [aria-current]'));
        await forced.page.evaluate(() => {
          $('.chip').click();
          $('.sentences tbody tr').classList.add('held-out');
          $$('.sentences tbody tr')[1].classList.add('in-batch');
        });
        const seen = await forced.page.evaluate(() => {
          const style = (selector, at) => getComputedStyle($(selector), at);
          const [a, b] = $$('[data-part="loss-legend"] .swatch').map((key) => getComputedStyle(key).borderTopColor);
          return {
            forced: matchMedia('(forced-colors: active)').matches,
            chapter: style('.contents [aria-current]', '::before').backgroundColor !== style('body').backgroundColor,
            progress: style('.bar > .track span').backgroundColor !== style('.bar > .track').backgroundColor,
            keys: a !== b,
            heldOut: style('.held-out .n').borderLeftStyle,
            chosen: [
              '.languages [aria-current]',
              '.themes label:has(:checked)',
              '.segments input:checked + span',
              '.chip[aria-pressed="true"]',
              '.in-batch .n',
            ].map((selector) => style(selector).outlineStyle),
          };
        });
        assert.deepEqual(seen, {
          ...{ forced: true, chapter: true, progress: true, keys: true, heldOut: 'solid' },
          chosen: ['solid', 'solid', 'solid', 'solid', 'solid'],
        });
        await forced.close();
      });

    test('the keyboard reaches the controls, in order, and works them', async () => {
      const { page } = lab;
      await page.evaluate(() => {
        scrollTo(0, 0);
        $('.skip').focus();
      });
      const seen = [];
      while (seen.length < 20 && !seen.includes('speed')) {
        await page.keyboard.press('Tab');
        seen.push(await page.evaluate(() => $focus().dataset.part ?? $focus().name));
      }
      assert.deepEqual(seen.slice(-4), ['train', 'step', 'reset', 'speed'], `${seen}`);
      await page.evaluate(() => $part('reset').focus());
      await page.keyboard.press('Enter');
      await lab.until('step 0', () => $part('step-count').textContent.startsWith('0 /'));
    });

    test('the console is empty', () => lab.assertQuiet());

    /** By the system's preference where the browser can be told it, else by the page's own switch. */
    async function choose(page, scheme) {
      if (name === 'chromium') await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      else await page.evaluate((value) => $(`.themes input[value="${value}"]`).click(), scheme);
    }
  });
}

/** What axe-core finds serious. The policy of the page lets no script in from outside, so it is let in by hand. */
async function violations(page) {
  await page.evaluate(AXE);
  const results = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id} (${nodes.length}): ${nodes
          .slice(0, 4)
          .map(({ html, any }) => `${html.slice(0, 140)} ${any[0]?.message ?? ''}`)
          .join(' | ')}`,
    );
}
