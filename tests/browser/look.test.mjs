// How the page looks and behaves for everyone: screenshots to judge by eye, and what of it a machine can judge.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, openLab, sleep } from './browser.mjs';
import { startServer } from './server.mjs';

const OUT = fileURLToPath(new URL('../../target/screenshots/', import.meta.url));
const WIDTHS = [390, 1024, 1600];
const SCHEMES = ['light', 'dark'];

let server, session, lab;

before(async () => {
  mkdirSync(OUT, { recursive: true });
  server = await startServer();
  session = await launch('chromium');
  lab = await openLab(session.browser, server.url, {
    viewport: { width: 1600, height: 1000 },
    before: () => {
      window.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    },
  });
  await lab.untilStatus('ready');
  await lab.press('observe');
  await lab.press('train');
  await lab.until('half of the steps', () => {
    const [step, steps] = document.querySelector('[data-part="step-count"]').textContent.split(' / ').map(Number);
    return step > steps / 2;
  });
  await lab.page.screenshot({ path: path.join(OUT, 'training.png') });
  await lab.press('measure-interference');
  await lab.until('interference', () => window.runEvents.some((event) => event.type === 'interference'));
  await lab.untilStatus('ended');
});
after(async () => {
  await session?.close();
  await server?.close();
});

test('nothing jumps between the first paint and the end of training', async () => {
  const shift = await lab.page.evaluate(() => window.shift);
  assert.ok(shift < 0.02, `cumulative layout shift ${shift}`);
});

for (const width of WIDTHS) {
  for (const scheme of SCHEMES) {
    test(`${width} px, ${scheme}`, async () => {
      const { page } = lab;
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      const height = width === 390 ? 844 : 1000;
      await page.setViewport({ width, height });
      await page.evaluate(() => scrollTo(0, 0));
      await sleep(400);
      await page.screenshot({ path: path.join(OUT, `${width}-${scheme}-top.png`) });
      await page.screenshot({ path: path.join(OUT, `${width}-${scheme}-full.png`), fullPage: true });
      await page.evaluate(() => document.querySelector('[data-part="fight"]').scrollIntoView());
      await page.screenshot({ path: path.join(OUT, `${width}-${scheme}-fight.png`) });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0, 'no sideways scrolling');
      assert.deepEqual(await violations(page), []);
    });
  }
}

test('the keyboard reaches the controls, in order, and works them', async () => {
  const { page } = lab;
  await page.evaluate(() => document.body.focus());
  const seen = [];
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('Tab');
    seen.push(await page.evaluate(() => document.activeElement.dataset.part ?? document.activeElement.name));
  }
  assert.deepEqual(seen.slice(0, 4), ['train', 'step', 'reset', 'preset']);
  await page.evaluate(() => document.querySelector('[data-part="reset"]').focus());
  await page.keyboard.press('Enter');
  await lab.until('step 0', () => document.querySelector('[data-part="step-count"]').textContent.startsWith('0 /'));
});

/** What axe-core finds serious. The policy of the page lets no script in from outside, so it is let in by hand. */
async function violations(page) {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const results = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map((node) => node.html.slice(0, 120))
          .join(' | ')}`,
    );
}
