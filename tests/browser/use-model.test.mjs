// A saved model in a page of one's own: the example, which has the library in its folder `polytask`, and models that are trained here.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { BROWSERS, launch, sleep } from './browser.mjs';
import { collectNoise, countWorkers } from './pages.mjs';
import { ENCODER, smallEncoder, trainedModel } from './saved-model.mjs';
import { startServer, WWW } from './server.mjs';
import { zipOf } from '../zip-of.mjs';

const SENTENCES = Array.from({ length: 37 }, (_, i) => `sentence ${'abcdefghijklmnopqrstuvwxyz'.slice(i % 9, 9 + (i % 17))} and ${i}`);
const CLOSE = 1e-6;

let folder, tickets, notebook, heads, small, zips;
/** What the server has at the addresses of the models: files by path, or a status, or `page`. */
let there;

before(async () => {
  [tickets, notebook, heads] = [await trainedModel('tickets'), await trainedModel('notebook'), await trainedModel('tickets', { headsAlone: true })];
  small = await trainedModel('notebook', { headsAlone: true, encoder: smallEncoder(), training: { epochs: 3 } });
  zips = { 'tickets.zip': await zipOf(inFolder(tickets.files), { level: 0 }), 'packed.zip': await zipOf(tickets.files), 'heads.zip': await zipOf(heads.files) };
  folder = mkdtempSync(path.join(tmpdir(), 'polytask-page-'));
  cpSync(path.join(WWW, 'examples/model'), folder, { recursive: true, filter: (from) => !/\/model\/(model|polytask)$/.test(from) });
  symlinkSync(WWW, path.join(folder, 'polytask'));
});
after(() => folder && rmSync(folder, { recursive: true }));

/** A server with the page, and with the models in `there`. */
async function start(options) {
  const server = await startServer(folder, options);
  let tag = 0;
  const tags = new Map();
  const answer = (of) => (file) => {
    const body = there[of][file];
    if (body === 'page') return { type: 'text/html', body: '<!doctype html><title>Our app</title>' };
    if (typeof body === 'number') return { status: body, type: 'text/plain', body: 'no' };
    if (body === undefined) return { status: 404, type: 'text/plain', body: 'no' };
    if (!tags.has(body)) tags.set(body, `"${(tag += 1)}"`);
    return { body, headers: { etag: tags.get(body) } };
  };
  for (const of of Object.keys(there)) server.answer(`/${of}/`, answer(of));
  return server;
}

/** As some systems pack them. */
const inFolder = (files) => Object.fromEntries(Object.entries(files).map(([file, bytes]) => [`model/${file}`, bytes]));

const encoderFiles = () => {
  const files = Object.entries(ENCODER.files).map(([name, { length }]) => ({ name, bytes: length }));
  return { ...ENCODER.files, 'manifest.json': Buffer.from(JSON.stringify({ encoder: ENCODER.name, files })) };
};

beforeEach(() => {
  there = { model: { ...tickets.files }, other: { ...notebook.files }, heads: { ...heads.files }, small: { ...small.files }, encoder: encoderFiles(), zips: { ...zips }, 'polytask/models/tiny': encoderFiles() };
});

/** The run's own answers, as the page has to give them. */
function assertAnswers(found, { predict, tasks }, sentences, close = CLOSE) {
  assert.equal(found.length, sentences.length);
  sentences.forEach((text, i) => {
    const wanted = predict(text);
    assert.deepEqual(Object.keys(found[i]), tasks.map(({ name }) => name));
    for (const { name, labels } of tasks) {
      const { label, probability, probabilities } = found[i][name];
      assert.equal(label, wanted[name].label);
      assert.deepEqual(Object.keys(probabilities), labels);
      labels.forEach((one, c) => assert.ok(Math.abs(probabilities[one] - wanted[name].probabilities[c]) <= close, `${name} ${one} of ${text}`));
      assert.equal(probability, Math.max(...Object.values(probabilities)));
    }
  });
}

for (const name of BROWSERS) {
  describe(name, () => {
    let session, server, page;
    const noise = [];

    before(async () => {
      session = await launch(name);
    });
    after(() => session?.close());
    beforeEach(async () => {
      await page?.close();
      await server?.close();
      noise.length = 0;
      server = await start();
      page = await session.browser.newPage();
      collectNoise(page, noise);
      await page.evaluateOnNewDocument(countWorkers);
      await page.evaluateOnNewDocument(() => {
        window.open = async (address, options) => {
          const { load } = await import(new URL('polytask/model.js', document.baseURI).href);
          return load(address, options);
        };
        /** The error of what is awaited. */
        window.errorOf = (promise) => promise.then(() => 'none', ({ name, code, message }) => ({ name, code, message }));
      });
    });
    after(() => server?.close());

    const goto = (address = 'blank.html') => page.goto(server.url + address);
    const status = () => page.evaluate(() => document.getElementById('status').textContent);
    async function until(what, test, argument) {
      for (const end = Date.now() + 30_000; !(await page.evaluate(test, argument)); await sleep(50)) if (Date.now() > end) assert.fail(`waited 30 s for ${what}; the page says: ${await status()}`);
    }
    /** An empty page beside the models. */
    const blank = async () => {
      there = { ...there };
      server.answer('/blank.html', () => ({ type: 'text/html', body: '<!doctype html><title>A page</title><link rel="icon" href="data:,">' }));
      await goto();
    };
    /** Loads a model, and gives back the error. */
    const errorOfLoading = (address, options = {}) => page.evaluate(([from, given]) => window.errorOf(window.open(from, given)), [address, options]);

    test('the example shows the answers of its model as bars while one types', async () => {
      await goto('');
      await until('the model', () => !document.getElementById('text').disabled);
      await page.type('#text', SENTENCES[0]);
      const wanted = tickets.predict(SENTENCES[0]);
      const line = tickets.tasks.map(({ name }) => `${name}: ${wanted[name].label}`).join(' · ');
      const bars = tickets.tasks.map(({ name, labels }) => [name, labels.map((label, c) => [label, `${(100 * wanted[name].probabilities[c]).toFixed(1)} %`])]);
      // The beginnings of the sentence are answered before.
      await until('the last answer', (given) => {
        const shown = Array.from(document.querySelectorAll('section'), (section) => [
          section.querySelector('h2').textContent,
          Array.from(section.querySelectorAll('li'), (bar) => [bar.children[0].textContent, bar.children[1].textContent]),
        ]);
        return JSON.stringify([document.getElementById('status').textContent, shown]) === given;
      }, JSON.stringify([line, bars]));
      assert.deepEqual(noise, []);
    });

    test('the example opens without a network after the first visit', async () => {
      await goto('');
      await until('the model', () => !document.getElementById('text').disabled);
      await server.close();
      await page.reload();
      await until('the model', () => !document.getElementById('text').disabled);
      await page.type('#text', 'x');
      await until('answers', () => document.querySelectorAll('section').length > 0);
    });

    test('two models on a page share a worker, and answer as their runs did', async () => {
      await blank();
      const found = await page.evaluate(async (sentences) => {
        const [one, other] = await Promise.all([window.open('model/'), window.open(new URL('other', document.baseURI))]);
        const answers = await Promise.all([one.predict(sentences), other.predict(sentences)]);
        const counts = [window.workers.size];
        one.close();
        const closed = await window.errorOf(one.predict(sentences));
        const again = await other.predict([]);
        counts.push(window.workers.size);
        other.close();
        return { answers, tasks: [one.tasks, other.tasks], counts: [...counts, window.workers.size], closed, again };
      }, SENTENCES);
      assertAnswers(found.answers[0], tickets, SENTENCES);
      assertAnswers(found.answers[1], notebook, SENTENCES);
      assert.deepEqual(found.tasks, [tickets.tasks, notebook.tasks]);
      assert.deepEqual(found.counts, [1, 1, 0], 'the workers with two models, one and none');
      assert.deepEqual(found.closed, { name: 'Error', code: 'model.freed', message: 'The model was closed. Load it again.' });
      assert.deepEqual(found.again, []);
      assert.deepEqual(noise, []);
    });

    test('the vectors are those that the heads see', async () => {
      await blank();
      const [vectors, answers] = await page.evaluate(async (sentences) => {
        const model = await window.open('model/');
        return [(await model.embed(sentences)).map((vector) => [vector instanceof Float32Array, ...vector]), await model.predict(sentences)];
      }, SENTENCES);
      const tensors = read(tickets.files['model.safetensors']);
      const [{ name, labels }] = tickets.tasks;
      const [weight, bias] = [tensors(`heads.${name}.weight`), tensors(`heads.${name}.bias`)];
      vectors.forEach(([isTyped, ...xs], i) => {
        assert.ok(isTyped);
        assert.equal(xs.length, 32);
        const powers = labels.map((_, c) => Math.exp(bias[c] + xs.reduce((sum, x, h) => sum + x * weight[c * xs.length + h], 0)));
        const total = powers.reduce((sum, power) => sum + power);
        labels.forEach((label, c) => assert.ok(Math.abs(answers[i][name].probabilities[label] - powers[c] / total) < CLOSE));
      });
    });

    test('a long list does not hold up another model', async () => {
      await blank();
      const order = await page.evaluate(async (sentences) => {
        const [one, other] = await Promise.all([window.open('model/'), window.open('other/')]);
        const many = Array.from({ length: 100 }, () => sentences).flat();
        const ended = [];
        await Promise.all([one.predict(many).then(({ length }) => ended.push(length)), other.predict(['x']).then(({ length }) => ended.push(length))]);
        return ended;
      }, SENTENCES);
      assert.deepEqual(order, [1, 3700]);
    });

    test('heads alone find their encoder beside the script, or where the page says, and refuse another', async () => {
      await blank();
      for (const options of [{}, { encoder: 'encoder/' }]) {
        const found = await page.evaluate(async ([sentences, given]) => {
          const model = await window.open('heads/', given);
          return model.predict(sentences);
        }, [SENTENCES, options]);
        assertAnswers(found, heads, SENTENCES);
      }
      assert.equal(server.count('polytask/models/tiny/model.safetensors'), 1);
      const other = Buffer.from(ENCODER.files['model.safetensors']);
      other.writeFloatLE(0.5, other.length - 4);
      there.encoder['model.safetensors'] = other;
      there.encoder['manifest.json'] = Buffer.from(String(there.encoder['manifest.json']).replace('"tiny"', '"another"'));
      await page.evaluate(() => caches.delete('polytask-encoders'));
      await page.reload();
      const { code, message } = await errorOfLoading('heads/', { encoder: 'encoder/' });
      assert.equal(code, 'model.wrong_encoder');
      assert.match(message, /^The encoder at \S+\/encoder\/ is not the one that the heads were trained with, tiny: its model\.safetensors has the SHA-256 [0-9a-f]{64}, and [0-9a-f]{64} is needed\. Name the right directory with the option encoder\.$/);
    });

    test('heads alone work with the package’s own encoder, whose numbers have few bits', async () => {
      await blank();
      const sentences = ['The plot dragged on.', 'What a match!'];
      const found = await page.evaluate(async (given) => (await window.open('small/')).predict(given), sentences);
      assertAnswers(found, small, sentences, 2e-5);
    });

    test('the weights are fetched once, and again when the host has others', async () => {
      await blank();
      const answers = () =>
        page.evaluate(async (sentences) => {
          const events = [];
          const model = await window.open('model/', { onprogress: (event) => events.push(event) });
          const found = await model.predict(sentences);
          model.close();
          return { found, last: events.at(-1), isWhole: events.every(({ received, total }) => received <= total) };
        }, SENTENCES);
      const first = await answers();
      const total = ['config.json', 'tokenizer.json', 'model.safetensors'].reduce((sum, file) => sum + tickets.files[file].length, 0);
      assert.deepEqual([first.last, first.isWhole], [{ file: 'model.safetensors', received: total, total, cached: false }, true]);
      const second = await answers();
      assert.equal(second.last.cached, true);
      there.model = { ...notebook.files };
      assertAnswers((await answers()).found, notebook, SENTENCES);
    });

    test('a model that was damaged in the browser’s storage is fetched again', async () => {
      await blank();
      await page.evaluate(async () => (await window.open('model/')).close());
      const damaged = await page.evaluate(async () => {
        const cache = await caches.open('polytask-encoders');
        const key = (await cache.keys()).find(({ url }) => url.includes('/model/model.safetensors'));
        const { headers, ...response } = await cache.match(key).then(async (kept) => ({ headers: kept.headers, bytes: new Uint8Array(await kept.arrayBuffer()) }));
        response.bytes[response.bytes.length - 1] ^= 1;
        await cache.put(key, new Response(response.bytes, { headers }));
        return key.url;
      });
      assert.match(damaged, /version=/);
      const found = await page.evaluate(async (sentences) => (await window.open('model/')).predict(sentences), SENTENCES);
      assertAnswers(found, tickets, SENTENCES);
    });

    test('a worker that dies is replaced for the next question', async () => {
      await blank();
      const [error, found] = await page.evaluate(async (sentences) => {
        const model = await window.open('model/');
        const asked = window.errorOf(model.predict(sentences));
        const dead = { kind: 'dead', code: 'unexpected', params: { why: 'out of memory' }, message: 'out of memory' };
        const [worker] = window.workers;
        // `predict` asks after a moment.
        await Promise.resolve();
        worker.onmessage(new MessageEvent('message', { data: dead }));
        return [await asked, await model.predict(sentences)];
      }, SENTENCES);
      assert.deepEqual(error, { name: 'Error', code: 'model.died', message: 'The code that computes has ended: out of memory. The next call starts it again.' });
      assertAnswers(found, tickets, SENTENCES);
    });

    test('a signal stops the loading', async () => {
      await blank();
      const [before, during, workers] = await page.evaluate(async () => {
        const abort = new AbortController();
        const loading = window.errorOf(window.open('model/', { signal: abort.signal, onprogress: () => abort.abort() }));
        const during = await loading;
        return [await window.errorOf(window.open('model/', { signal: AbortSignal.abort() })), during, window.workers.size];
      });
      assert.deepEqual([before.name, during.name, workers], ['AbortError', 'AbortError', 0]);
    });

    test('what is asked wrongly is said in a sentence', async () => {
      await blank();
      const said = await page.evaluate(async () => {
        const model = await window.open('model/');
        return [await window.errorOf(model.predict('one')), await window.errorOf(model.embed([1])), await window.errorOf(window.open(undefined)), await window.errorOf(window.open('heads/', { encoder: 'encoder.zip' }))];
      });
      assert.deepEqual(said.map(({ code, message }) => [code, message]), [
        ['model.texts', 'The model needs a list of sentences, such as ["one", "another"], and got "one".'],
        ['model.texts', 'The model needs a list of sentences, such as ["one", "another"], and got a list of other things.'],
        ['model.address', 'load() needs the address of a model’s directory or zip, such as load("model/") or load("model.zip"), and got undefined.'],
        ['model.zip', `${server.url}encoder.zip is a zip. Unpack it on the host, and name the directory.`],
      ]);
    });

    test('a directory that holds no model is refused in a sentence, and is asked again', async () => {
      await blank();
      const url = `${server.url}model/`;
      const cut = tickets.files['model.safetensors'].subarray(0, 50_000);
      const noNumber = Buffer.from(tickets.files['model.safetensors']);
      noNumber.writeFloatLE(NaN, noNumber.length - 4);
      for (const [files, code, sentence] of [
        [{}, 'model.nowhere', `There is no model at ${url}: the host does not have config.json there. Name the directory that holds config.json, tokenizer.json and model.safetensors.`],
        [{ ...tickets.files, 'config.json': 'page' }, 'model.nowhere', `There is no model at ${url}: the host does not have config.json there. Name the directory that holds config.json, tokenizer.json and model.safetensors.`],
        [{ ...tickets.files, 'tokenizer.json': 'page' }, 'download.html', `The download of tokenizer.json failed: ${url}tokenizer.json is a page and not the file.`],
        [{ ...tickets.files, 'config.json': Buffer.from('{') }, 'model.not_json', new RegExp(`^${url}config\\.json is not JSON \\(.+\\)\\. Copy the model’s directory to the host again\\.$`)],
        [encoderFiles(), 'model.bare_encoder', `${url}config.json is the config of an encoder without heads, which gives no answers: it has no "polytask" object with tasks. Name the directory of a model that was trained and saved with Polytask.`],
        [{ ...tickets.files, 'model.safetensors': 403 }, 'download.refused', `The download of model.safetensors failed: the server answered 403 for ${url}model.safetensors.`],
        [{ ...tickets.files, 'model.safetensors': ENCODER.files['model.safetensors'] }, 'model.no_weights', `${url}model.safetensors has no head for the task intent. Copy the whole directory of the model to the host again.`],
        [{ ...tickets.files, 'model.safetensors': Buffer.from('{"error": "not found"}') }, 'encoder.shard', 'model.safetensors is damaged: it is no safetensors file. Fetch it again.'],
        [{ ...tickets.files, 'model.safetensors': Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n') }, 'encoder.lfs_pointer', `model.safetensors is a Git LFS pointer and not the file (${url}model.safetensors): the host’s owner must run git lfs pull.`],
        [{ ...tickets.files, 'model.safetensors': cut }, 'download.cut', `The download of model.safetensors stopped at 50,000 of ${tickets.files['model.safetensors'].length.toLocaleString('en-GB')} bytes. Check the connection, then retry.`],
        [{ ...tickets.files, 'model.safetensors': noNumber }, undefined, /NaN|finite/],
        [{ ...tickets.files, 'tokenizer.json': Buffer.from('{}') }, undefined, /tokenizer\.json/],
      ]) {
        there.model = files;
        const said = await errorOfLoading('model/');
        if (code) assert.equal(said.code, code, said.message);
        if (typeof sentence === 'string') assert.equal(said.message, sentence);
        else assert.match(said.message, sentence);
        assert.equal(said.name, 'Error');
      }
      there.model = tickets.files;
      assertAnswers(await page.evaluate(async (sentences) => (await window.open('model/')).predict(sentences), SENTENCES), tickets, SENTENCES);
      assert.equal(await page.evaluate(() => window.workers.size), 1, 'only the model that is there has a worker');
    });

    test('a zip answers as its directory does, however it was packed, and so do heads alone', async () => {
      await blank();
      const answers = (address) => page.evaluate(async ([from, sentences]) => {
        const model = await window.open(from);
        const found = [await model.predict(sentences), model.tasks];
        model.close();
        return found;
      }, [address, SENTENCES]);
      for (const [address, model] of [['zips/tickets.zip', tickets], ['zips/packed.zip?v=1#part', tickets], ['zips/heads.zip', heads]]) {
        const [found, tasks] = await answers(address);
        assertAnswers(found, model, SENTENCES);
        assert.deepEqual(tasks, model.tasks);
      }
      assert.equal(await page.evaluate(() => window.workers.size), 0);
      assert.deepEqual(noise, []);
    });

    test('a zip is fetched once, again when the host has another or it was damaged in the browser’s storage, and not without a network', async () => {
      await blank();
      const answers = () => page.evaluate(async (sentences) => {
        const events = [];
        const model = await window.open('zips/tickets.zip', { onprogress: (event) => events.push(event) });
        const found = await model.predict(sentences);
        model.close();
        return { found, last: events.at(-1) };
      }, SENTENCES);
      const { length } = zips['tickets.zip'];
      assert.deepEqual((await answers()).last, { file: 'tickets.zip', received: length, total: length, cached: false });
      assert.deepEqual((await answers()).last, { file: 'tickets.zip', received: length, total: length, cached: true });
      await page.evaluate(async () => {
        const cache = await caches.open('polytask-encoders');
        const key = (await cache.keys()).find(({ url }) => url.includes('/tickets.zip?version='));
        const kept = await cache.match(key);
        const bytes = new Uint8Array(await kept.arrayBuffer());
        bytes[bytes.length >> 1] ^= 1;
        await cache.put(key, new Response(bytes, { headers: kept.headers }));
      });
      assertAnswers((await answers()).found, tickets, SENTENCES);
      there.zips['tickets.zip'] = await zipOf(notebook.files);
      assertAnswers((await answers()).found, notebook, SENTENCES);
      await page.evaluate(async (sentences) => (window.last = await window.open('zips/tickets.zip')), SENTENCES);
      await server.close();
      assertAnswers((await answers()).found, notebook, SENTENCES);
    });

    test('a zip that holds no model, or is none, is refused in a sentence', async () => {
      await blank();
      const url = `${server.url}zips/x.zip`;
      const whole = zips['packed.zip'];
      const damaged = Buffer.from(zips['tickets.zip']);
      damaged[damaged.length >> 1] ^= 1;
      const { 'model.safetensors': weights, 'tokenizer.json': tokenizer, ...rest } = tickets.files;
      const config = (text) => ({ ...tickets.files, 'config.json': Buffer.from(text) });
      for (const [body, code, sentence] of [
        [undefined, 'download.refused', `The download of x.zip failed: the server answered 404 for ${url}.`],
        ['page', 'download.html', `The download of x.zip failed: ${url} is a page and not the file.`],
        [Buffer.from('no zip'), 'model.zip_unreadable', `“${url}” is no zip. Open the zip of a model as it was saved.`],
        [whole.subarray(0, whole.length - 30), 'model.zip_unreadable', `“${url}” is cut off or damaged: the list of files at its end is not there. Download or copy it again.`],
        [damaged, 'model.zip_unreadable', `“${url}” is damaged: model.safetensors cannot be read as it was packed. Download or copy it again.`],
        [await zipOf({ '../config.json': '{}' }), 'model.zip_unreadable', `“${url}” has a file "../config.json", whose name leads out of the zip. Open the zip as it was saved.`],
        [await zipOf(rest), 'model.zip_lacks', `${url} is no model of Polytask: it has no model.safetensors. Put the zip on the host as it was saved.`],
        [await zipOf({ ...rest, 'model.safetensors': weights }), 'model.zip_lacks', `${url} is no model of Polytask: it has no tokenizer.json. Put the zip on the host as it was saved.`],
        [await zipOf(config('{')), 'model.not_json', /x\.zip \(config\.json\) is not JSON \(.+\)\. Copy the model’s directory to the host again\.$/],
        [await zipOf(config('{}')), 'model.bare_encoder', new RegExp(`^${url} \\(config\\.json\\) is the config of an encoder without heads`)],
        [await zipOf({ ...tickets.files, 'model.safetensors': ENCODER.files['model.safetensors'] }), 'model.no_weights', `${url} (model.safetensors) has no head for the task intent. Copy the whole directory of the model to the host again.`],
      ]) {
        there.zips['x.zip'] = body;
        const said = await errorOfLoading('zips/x.zip');
        assert.equal(said.code, code, said.message);
        if (typeof sentence === 'string') assert.equal(said.message, sentence);
        else assert.match(said.message, sentence);
      }
      there.zips['x.zip'] = whole;
      assertAnswers(await page.evaluate(async (sentences) => (await window.open('zips/x.zip')).predict(sentences), SENTENCES), tickets, SENTENCES);
      assert.equal(await page.evaluate(() => window.workers.size), 1, 'only the model that is there has a worker');
    });

    test('a host that is silent is told from one that keeps its files from the page', async () => {
      await blank();
      const elsewhere = await start();
      const url = `${elsewhere.url}model/`.replace('localhost', '127.0.0.1');
      assert.deepEqual(await errorOfLoading(url), {
        ...{ name: 'Error', code: 'model.cors' },
        message: `This page may not read ${url}config.json: its host does not send the header Access-Control-Allow-Origin. Let it send that header, or put the model’s directory beside the page.`,
      });
      await elsewhere.close();
      assert.deepEqual(await errorOfLoading(url), {
        ...{ name: 'Error', code: 'download.offline' },
        message: `The download of config.json did not start: nothing answers at ${url}config.json. Check the connection, then retry.`,
      });
    });

    test('a model of another host that allows it is used, and without a network afterwards', async () => {
      await blank();
      const elsewhere = await start({ cors: true });
      const url = `${elsewhere.url}model/`.replace('localhost', '127.0.0.1');
      const ask = () => page.evaluate(async ([from, sentences]) => {
        const model = await window.open(from);
        const found = await model.predict(sentences);
        model.close();
        return found;
      }, [url, SENTENCES]);
      await ask();
      await elsewhere.close();
      assertAnswers(await ask(), tickets, SENTENCES);
    });
  });
}

/** Gives the tensors of a safetensors file by name. @param {Buffer} file */
function read(file) {
  const start = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.subarray(8, start).toString());
  return (name) => {
    const [from, to] = header[name].data_offsets;
    return new Float32Array(new Uint8Array(file.subarray(start + from, start + to)).buffer);
  };
}
