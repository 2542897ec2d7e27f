// How fast this machine is now, so that a limit of time says the same of the page on every machine.

/** What `work` below takes where the tests' limits were set, on a core of an AMD EPYC, in ms. */
const USUAL_MS = { chromium: 7, firefox: 6 };

/**
 * How many times longer a page's work takes here than where the limits were set; 1 if it takes no longer. Of some rounds the
 * fastest counts: other programs do not make the machine slower.
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {'chromium' | 'firefox'} name
 */
export async function slowness(browser, name) {
  const page = await browser.newPage();
  const took = await page.evaluate(work);
  await page.close();
  return Math.max(1, took / USUAL_MS[name]);
}

/** Makes a table of sentences and lays it out, some times. Runs in a page. @returns How many ms the fastest time took. */
function work() {
  const sentence = (i) => `sentence ${i} of a table, with words that go on until another line begins. `.repeat(1 + (i % 3));
  let fastest = Infinity;
  for (let round = 0; round < 150; round++) {
    const begin = performance.now();
    const table = document.createElement('table');
    for (let i = 0; i < 30; i++) {
      const row = table.insertRow();
      row.insertCell().append(String(i));
      row.insertCell().append(Object.assign(document.createElement('textarea'), { value: sentence(i + round) }));
      row.insertCell().append(sentence(i + round));
    }
    document.body.replaceChildren(table);
    table.getBoundingClientRect();
    fastest = Math.min(fastest, performance.now() - begin);
  }
  return fastest;
}
