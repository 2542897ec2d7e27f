// A trained model leaves the page and comes back: in the same browser and in the other one, whole and as heads alone; and what is no
// model leaves everything as it was. The encoder is a tiny random BERT.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { SITE, startServer, WWW } from './server.mjs';
import { tinyBert } from './tiny-bert.mjs';

const NATIVE = process.env.POLYTASK ?? path.resolve(WWW, '../target/release/polytask');
const TEXT = 'it rained all day';
const FILES = [
  ...['1_Pooling/config.json', 'README.md', 'config.json', 'model.safetensors', 'modules.json', 'recipe.json', 'sentence_bert_config.json'],
  ...['tokenizer.json', 'tokenizer_config.json'],
];
const OUR_PAGE = `<!doctype html><title>Model</title><link rel="icon" href="data:,"><script type="module" src="polytask-lab.js"></script>`;
const page = (attributes) => `${OUR_PAGE}<polytask-lab preset="notebook" views="controls encoder sentences settings try model share" ${attributes}></polytask-lab>`;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** An encoder's folder on the server. @param {Record<string, Buffer>} files */
const folder = (files) => (file) => {
  if (file in files) return { body: files[file] };
  const listed = Object.entries(files).map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) }));
  return file === 'manifest.json' ? { body: JSON.stringify({ encoder: 'tiny-bert', files: listed }) } : { status: 404, body: '' };
};

/** Zips that one browser made, for the other; each with what its model answers. @type {Record<string, { zip: Buffer, answer: number[] }>} */
const made = {};
let scratch, server, elsewhere;
/** Files that pages fetch. @type {Record<string, Buffer>} */
const given = {};

before(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'polytask-'));
  const files = tinyBert();
  // The same encoder with other numbers.
  const other = Buffer.from(files['model.safetensors']);
  other.writeFloatLE(0.5, other.length - 4);
  server = await startServer(SITE, {
    pages: {
      '/own.html': page('run="own" encoder="tiny/"'),
      '/unnamed.html': page('encoder="tiny/"'),
      '/other.html': page('encoder="other/"'),
      '/zip.html': page('model="given/model.zip"'),
      '/folder.html': page('model="given/model/"'),
      '/page.html': page('model="unnamed.html"'),
      '/missing.html': page('model="given/none.zip"'),
    },
  });
  elsewhere = await startServer(SITE, { pages: { '/x.zip': '' } });
  server.answer('/tiny/', folder(files));
  server.answer('/other/', folder({ ...files, 'model.safetensors': other }));
  server.answer('/given/', (file) => (file in given ? { body: given[file] } : { status: 404, body: '' }));
});
after(async () => {
  await server?.close();
  await elsewhere?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs Python, which packs and unpacks independently of the page. @param {string} code @param {...string} args */
const python = (code, ...args) => execFileSync('python3', ['-c', code, ...args], { encoding: 'utf8' });

/** The files of a zip. @param {Buffer} zip @param {string} name @returns {Record<string, Buffer>} */
function unzipped(zip, name) {
  const [file, into] = [path.join(scratch, `${name}.zip`), path.join(scratch, name)];
  writeFileSync(file, zip);
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into);
  python('import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])', file, into);
  return Object.fromEntries(readdirSync(into, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
    const at = path.join(entry.parentPath, entry.name);
    return [path.relative(into, at), readFileSync(at)];
  }));
}

/** A zip of these files, stored or deflated. @param {Record<string, Buffer>} files @param {boolean} [deflated] */
function zipped(files, deflated = false) {
  const [from, to] = [path.join(scratch, 'packing'), path.join(scratch, 'packed.zip')];
  rmSync(from, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(from, name)), { recursive: true });
    writeFileSync(path.join(from, name), bytes);
  }
  const code = `import sys, os, zipfile
with zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED if sys.argv[3] == '1' else zipfile.ZIP_STORED) as z:
  for folder, _, names in os.walk(sys.argv[1]):
    for name in names: z.write(os.path.join(folder, name), os.path.relpath(os.path.join(folder, name), sys.argv[1]))`;
  python(code, from, to, deflated ? '1' : '0');
  return readFileSync(to);
}

/** Changes JSON. @param {Buffer} bytes @param {(json: any) => void} change */
function changed(bytes, change) {
  const json = JSON.parse(bytes.toString());
  change(json);
  return Buffer.from(JSON.stringify(json));
}

// Chromium once more at the end, for what Firefox has saved.
for (const [name, isBack] of [...BROWSERS.map((name) => [name, false]), ['chromium', true]]) {
  describe(isBack ? `${name} again` : name, () => {
    let session;
    before(async () => {
      session = await launch(name);
    });
    after(() => session?.close());

    const open = async (at, options = {}) => {
      const lab = await openLab(session.browser, server.url, { page: at, before: 'delete window.showSaveFilePicker', ...options });
      lab.page.on('dialog', (dialog) => dialog.accept());
      return lab;
    };
    /** @param {number} count */
    async function steps(lab, count) {
      await lab.untilStatus('ready', 'paused');
      for (let i = 0; i < count; i++) {
        await lab.page.evaluate(() => (window.runEvents.length = 0));
        await lab.press('step');
        await lab.until('a step', () => window.runEvents.some(({ type }) => type === 'paused'), undefined, 240);
      }
    }
    /** The probabilities of all classes for a sentence. @returns {Promise<number[]>} */
    const answer = (lab) => lab.page.evaluate(async (text) => {
      const { tasks } = await document.querySelector('polytask-lab').predict(text);
      return Object.values(tasks).flatMap(({ probabilities }) => probabilities);
    }, TEXT);
    /** @param {object} [options] */
    const save = async (lab, options) => {
      const text = await lab.page.evaluate(async (options) => {
        const blob = await document.querySelector('polytask-lab').save(options);
        const reader = new FileReader();
        await new Promise((resolve) => ((reader.onload = resolve), reader.readAsDataURL(blob)));
        return reader.result.split(',')[1];
      }, options);
      return Buffer.from(text, 'base64');
    };
    /** Chooses a zip in the encoder's choice. */
    async function choose(lab, zip, as = 'saved.zip') {
      given['chosen.zip'] = zip;
      await lab.until('the button', () => !$part('encoder-change').hidden);
      if (await lab.page.evaluate(() => $part('encoder-choice').hidden)) await lab.press('encoder-change');
      await lab.until('the choice', () => $part('model-file') !== undefined && !$part('encoder-choice').hidden);
      await lab.page.evaluate(async (as) => {
        const bytes = await (await fetch('given/chosen.zip', { cache: 'no-store' })).arrayBuffer();
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], as));
        $part('model-file').files = transfer.files;
        $part('model-file').dispatchEvent(new Event('change'));
      }, as);
    }
    const opened = async (lab, zip, as) => {
      await choose(lab, zip, as);
      await lab.untilMessage(/is open; training goes on from it/);
      await lab.untilStatus('ready');
    };
    /** @param {number[]} one @param {number[]} other */
    const assertSame = (one, other) => {
      assert.equal(one.length, other.length);
      assert.ok(one.length >= 2);
      for (const [i, p] of one.entries()) assert.ok(Math.abs(p - other[i]) <= 1e-6, `${one} and ${other}`);
    };
    /** Names of files that the page keeps in the browser's storage. */
    const kept = (lab) => lab.page.evaluate(async () => {
      const names = [];
      for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
      return names;
    });

    if (isBack) {
      test('the model that Firefox saved answers the same', async () => {
        const lab = await open('own.html');
        await lab.untilStatus('ready');
        await opened(lab, made.firefox.zip, 'from-firefox.zip');
        assertSame(await answer(lab), made.firefox.answer);
        lab.assertQuiet();
        await lab.close();
      });
      return;
    }

    test('a model is downloaded after a few steps: a whole zip, with all files, from the page and from save()', async () => {
      const lab = await open('own.html');
      await steps(lab, 3);
      const before = await answer(lab);
      await lab.until('the button', () => $part('model-download')?.textContent.startsWith('Download model ('));
      assert.equal(await lab.page.evaluate(() => $part('model-heads').hidden), true, 'the encoder trained');
      let zip = await save(lab);
      if (name === 'chromium') {
        const folder = path.join(scratch, 'downloads');
        mkdirSync(folder);
        const cdp = await session.browser.target().createCDPSession();
        await cdp.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
        await lab.press('model-download');
        await lab.until('the end', () => /^Saved as /.test($part('model-status').textContent));
        let file;
        for (const end = Date.now() + 30_000; !(file = readdirSync(folder).find((name) => name.endsWith('.zip'))) && Date.now() < end;) await sleep(100);
        const downloaded = readFileSync(path.join(folder, file));
        assert.deepEqual(unzipped(downloaded, 'downloaded')['model.safetensors'], unzipped(zip, 'saved')['model.safetensors']);
        zip = downloaded;
      }
      const files = unzipped(zip, name);
      assert.deepEqual(Object.keys(files).sort(), FILES);
      const tested = spawnSync('unzip', ['-t', path.join(scratch, `${name}.zip`)], { encoding: 'utf8' });
      if (!tested.error) assert.match(tested.stdout, /No errors detected/);
      const { tasks, encoder } = JSON.parse(files['config.json']).polytask;
      assert.deepEqual([tasks.length, encoder], [2, undefined]);
      assert.equal(JSON.parse(files['recipe.json']).encoder, 'tiny-bert');
      made[name] = { zip, answer: before };
      // The code beside the download asks the same sentence, and says what the model answers.
      const { tried, label } = await lab.page.evaluate(async () => {
        const tried = $part('try-text').value;
        const { tasks } = await document.querySelector('polytask-lab').predict(tried);
        return { tried, label: Object.values(tasks)[0].label };
      });
      await lab.until('the answer', (said) => $part('use-page').textContent.endsWith(`.label);  // ${said}`), label);
      assert.ok((await lab.text('use-page')).includes(tried.replaceAll("'", "\\'")));
      assert.ok((await lab.text('use-python')).endsWith(`  # ${label}`));
      assert.match(await lab.text('use-command'), /^polytask predict --model '[\w-]+-model\.zip' '/);
      lab.assertQuiet();
      await lab.close();
    });

    test('it comes back: the same answers at once, after a reload, and after more training others', async () => {
      const lab = await open('own.html');
      await lab.untilStatus('ended'); // The run of the test before is kept; the model takes its place.
      await opened(lab, made[name].zip, 'my model.zip');
      assert.equal(await lab.text('encoder-name'), 'my model');
      assertSame(await answer(lab), made[name].answer);
      const command = "polytask train --recipe recipe.json --model 'my model.zip' --out model";
      await lab.until('the command', (wanted) => $part('share-command').textContent === wanted, command);
      assert.equal(await lab.text('share-needs'), 'Whoever repeats this run needs the model my model.zip.');
      await lab.reload();
      await lab.untilStatus('ready');
      await lab.until('the command', (wanted) => $part('share-command').textContent === wanted, command);
      assert.equal(await lab.text('encoder-name'), 'my model');
      assertSame(await answer(lab), made[name].answer);
      await steps(lab, 1);
      const later = await answer(lab);
      assert.ok(later.some((p, i) => Math.abs(p - made[name].answer[i]) > 1e-4), 'it has learnt');
      lab.assertQuiet();
      await lab.close();
    });

    test('another browser’s, one that was packed again, and one with a folder around everything answer the same', async () => {
      const lab = await open('unnamed.html');
      await lab.untilStatus('ready');
      const { zip, answer: expected } = made.chromium ?? made[name];
      const files = unzipped(zip, 'again');
      const folded = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`model/${path}`, bytes]));
      for (const each of [zip, zipped(files, true), zipped(folded)]) {
        await lab.page.evaluate(() => $$('.message button').forEach((button) => button.matches('[aria-label]') && button.click()));
        await opened(lab, each);
        assertSame(await answer(lab), expected);
      }
      lab.assertQuiet();
      await lab.close();
    });

    test('training goes on after a model was taken out of its middle', async () => {
      const lab = await open('unnamed.html');
      await lab.untilStatus('ready');
      await lab.page.evaluate(() => {
        const lab = document.querySelector('polytask-lab');
        lab.recipe = { ...lab.recipe, training: { ...lab.recipe.training, epochs: 1000, batch_size: 1 } };
      });
      await lab.untilShown();
      await lab.untilStatus('ready');
      await lab.press('train');
      await lab.until('some steps', () => document.querySelector('polytask-lab').state?.step > 3);
      const zip = await save(lab);
      assert.deepEqual(Object.keys(unzipped(zip, 'middle')).sort(), FILES);
      const after = await lab.page.evaluate(() => document.querySelector('polytask-lab').state.step);
      await lab.until('more steps', (step) => document.querySelector('polytask-lab').state.step > step, after);
      await lab.page.evaluate(() => document.querySelector('polytask-lab').pause());
      lab.assertQuiet();
      await lab.close();
    });

    test('of a frozen encoder the heads are enough, where the encoder is; another is refused', async () => {
      const lab = await open('unnamed.html');
      await lab.untilStatus('ready');
      await lab.page.evaluate(() => {
        const lab = document.querySelector('polytask-lab');
        const examples = ['a nice day', 'a sad night', 'what a day', 'no good night'].map((text, i) => ({ text, labels: { mood: i % 2 ? 'bad' : 'good' } }));
        lab.recipe = { ...lab.recipe, data: { examples }, tasks: [{ name: 'mood', labels: ['bad', 'good'] }], training: { ...lab.recipe.training, freeze: 'encoder' } };
      });
      await lab.untilShown();
      await steps(lab, 2);
      await lab.until('the button', () => $part('model-heads') && !$part('model-heads').hidden && !$part('model-without').closest('p').hidden);
      const expected = await answer(lab);
      const zip = await save(lab, { headsOnly: true, withoutSentences: true });
      assert.ok(zip.length < 10_000, `${zip.length} bytes`);
      const files = unzipped(zip, 'heads');
      assert.deepEqual(Object.keys(files).sort(), ['README.md', 'config.json', 'model.safetensors', 'recipe.json']);
      assert.deepEqual(JSON.parse(files['config.json']).polytask.encoder, { name: 'tiny-bert', sha256: sha256(tinyBert()['model.safetensors']) });
      assert.deepEqual(JSON.parse(files['recipe.json']).data, { examples: [] });
      await lab.close();

      const right = await open('unnamed.html');
      await right.untilStatus('ready');
      await opened(right, zip, 'mood.zip');
      await right.untilMessage(/It came without its sentences/);
      assertSame(await answer(right), expected);
      assert.deepEqual(await right.sentences(), ['bad', 'good']);
      await right.close();
      const wrong = await open('other.html');
      await wrong.untilStatus('ready');
      await choose(wrong, zip, 'mood.zip');
      await wrong.untilMessage(/“mood\.zip” could not be opened: .*tiny-bert is not the encoder that they were trained with/);
      assert.equal(await wrong.status(), 'ready');
      await wrong.close();
    });

    test('what is no model is refused in a sentence, and all stays as it was', async () => {
      const lab = await open('unnamed.html');
      await steps(lab, 1);
      const expected = await answer(lab);
      const files = unzipped(made[name].zip, 'bad');
      const damaged = Buffer.from(made[name].zip);
      damaged[damaged.indexOf('model.safetensors') + 3000] ^= 0x55;
      const nan = Buffer.from(files['model.safetensors']);
      nan.writeFloatLE(NaN, nan.length - 4);
      const { 'config.json': config, ...rest } = files;
      const cases = [
        [Buffer.from('not a zip at all'), /“x\.zip” is no zip/],
        [made[name].zip.subarray(0, 5000), /is cut off or damaged/],
        [damaged, /is damaged: model\.safetensors cannot be read/],
        [zipped(rest), /is no model of Polytask: it has no config\.json/],
        [zipped({ ...rest, 'config.json': changed(config, (json) => delete json.polytask) }), /it is a bare encoder/],
        [zipped({ ...rest, 'config.json': changed(config, (json) => (json.model_type = 'roberta')) }), /a model of another family: its config\.json says "roberta"/],
        [zipped({ ...files, 'model.safetensors': nan }), /“x\.zip” could not be opened: .*(finite|NaN)/],
        [zipped({ ...files, 'model.safetensors': files['model.safetensors'].subarray(0, 9000) }), /“x\.zip” could not be opened: /],
        [zipped({ ...files, 'tokenizer.json': Buffer.from('{}') }), /“x\.zip” could not be opened: /],
      ];
      for (const [zip, pattern] of cases) {
        await choose(lab, zip, 'x.zip');
        await lab.untilMessage(pattern);
        await lab.until('the choice to be free', () => !$part('model-open').disabled);
        assert.equal(await lab.status(), 'paused');
        assert.equal(await lab.text('encoder-name'), 'tiny-bert');
      }
      assertSame(await answer(lab), expected);
      await lab.close();
    });

    test('a full disk and Cancel leave nothing behind', async () => {
      const lab = await open('unnamed.html');
      await steps(lab, 1);
      await lab.until('the button', () => $part('model-download') !== undefined);
      const before = await kept(lab);
      await lab.page.evaluate(() => {
        window.write = FileSystemWritableFileStream.prototype.write;
        FileSystemWritableFileStream.prototype.write = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
      });
      await lab.press('model-download');
      await lab.untilMessage(/There is not enough room for the model/);
      // Cancelled as soon as the first bytes come.
      await lab.page.evaluate(() => {
        FileSystemWritableFileStream.prototype.write = function (...args) {
          $part('model-cancel').click();
          return window.write.apply(this, args);
        };
      });
      await lab.press('model-download');
      await lab.until('its end', () => /^Cancelled/.test($part('model-status').textContent));
      await lab.page.evaluate(() => (FileSystemWritableFileStream.prototype.write = window.write));
      assert.deepEqual((await kept(lab)).filter((file) => !before.includes(file)), []);
      await steps(lab, 1); // The run goes on.
      await lab.close();
    });

    test('a file that the reader chooses gets the bytes, or is removed', { skip: name === 'chromium' ? false : 'only Chromium has the dialog' }, async () => {
      const lab = await open('unnamed.html');
      await steps(lab, 1);
      await lab.until('the button', () => $part('model-download') !== undefined);
      await lab.page.evaluate(() => {
        window.showSaveFilePicker = async () => (window.chosen = await (await navigator.storage.getDirectory()).getFileHandle('chosen.zip', { create: true }));
      });
      await lab.press('model-download');
      await lab.until('the end', () => /^Saved as chosen\.zip/.test($part('model-status').textContent));
      const size = await lab.page.evaluate(async () => (await window.chosen.getFile()).size);
      assert.ok(size > 10_000, `${size} bytes`);
      await lab.page.evaluate(() => {
        window.write = FileSystemWritableFileStream.prototype.write;
        FileSystemWritableFileStream.prototype.write = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
      });
      await lab.press('model-download');
      await lab.untilMessage(/The model could not be written \(gone\)/);
      assert.ok(!(await kept(lab)).includes('chosen.zip'));
      await lab.close();
    });

    test('a page names its model: as a zip, as a folder; a page in its place, and none, are said', async () => {
      given['model.zip'] = made[name].zip;
      for (const [file, bytes] of Object.entries(unzipped(made[name].zip, 'served'))) given[`model/${file}`] = bytes;
      for (const at of ['zip.html', 'folder.html']) {
        const lab = await open(at, { fetches: false });
        assert.match(await lab.text('encoder-state'), /not fetched yet/);
        assertSame(await answer(lab), made[name].answer);
        assert.equal(await lab.text('encoder-name'), 'model');
        lab.assertQuiet();
        await lab.close();
      }
      for (const [at, pattern] of [['page.html', /unnamed\.html is a page and no model/], ['missing.html', /the server answered 404 for \S+given\/none\.zip/]]) {
        const lab = await open(at);
        await lab.untilMessage(pattern);
        assert.ok(await lab.page.evaluate(() => $$('.message button').some(({ textContent }) => /Retry|Try again/i.test(textContent))), 'there is a way on');
        await lab.close();
      }
      const lab = await open('unnamed.html', { fetches: false });
      await lab.page.evaluate((model) => (document.querySelector('polytask-lab').model = model), `${elsewhere.url}x.zip`);
      await lab.untilShown();
      await lab.untilMessage(/its host does not let other sites read it/);
      await lab.close();
    });

    test('the native command opens the same zip', { skip: existsSync(NATIVE) ? false : `there is no ${NATIVE}` }, () => {
      const file = path.join(scratch, `${name}.zip`);
      const output = execFileSync(NATIVE, ['predict', '--model', file, '--json', TEXT], { encoding: 'utf8' });
      const { tasks } = JSON.parse(output.trim().split('\n')[0]);
      assertSame(Object.values(tasks).flatMap(({ probabilities }) => probabilities), made[name].answer);
    });
  });
}
