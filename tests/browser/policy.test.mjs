// Each page's own policy lets the page do all that it does and offers, and little else.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { VIEWS } from '../../www/views/registry.js';
import { SITE, startServer, WWW } from './server.mjs';

const FILES = ['index.html', 'lab.html', 'embed.html', 'examples/frame/lab.html'];
/** Pages that offer to fetch the encoder from here, if it is not at hand. */
const HUB = 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41/config.json';
/** Where the hub sends a browser on to for large files. */
const STORE = 'https://cas-bridge.xethub.hf.co/model.safetensors';

const LISTEN = () => {
  window.refused = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    window.refused.push(`${effectiveDirective} ${blockedURI}`),
  );
};

for (const file of FILES)
  test(`${file} allows no styles or scripts written into it`, async () => {
    const html = await readFile(path.join(WWW, file), 'utf8');
    const policy = html.match(/http-equiv="Content-Security-Policy" content="([^"]+)"/)[1];
    assert.ok(!policy.includes('unsafe-inline'), policy);
    assert.match(policy, /^default-src 'self';/);
    assert.doesNotMatch(html.replace(/<pre[^]*?<\/pre>/g, ''), /<style|\sstyle="|\son\w+="|<script(?![^>]*\ssrc=)/);
  });

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session;

    before(async () => {
      server = await startServer();
      session = await launch(name);
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    for (const file of FILES)
      test(`${file}: nothing is refused in a whole run with every view, nor the hub; anything else is`, async () => {
        const lab = await openLab(session.browser, server.url, { page: file, before: LISTEN, shown: false });
        await lab.until('the tag', () => customElements.get('polytask-lab') !== undefined);
        await lab.page.evaluate(async (views) => {
          const all = document.createElement('polytask-lab');
          for (const [attribute, value] of Object.entries({ preset: 'notebook', views })) all.setAttribute(attribute, value);
          document.body.append(all);
          window.all = all;
          await all.train();
        }, Object.keys(VIEWS).join(' '));
        await lab.until('the end', () => window.all.getAttribute('status') === 'ended', undefined, 300);
        assert.deepEqual(await lab.page.evaluate(() => window.refused), []);
        assert.deepEqual(lab.noise, []);

        // No network is needed for it to be allowed.
        await lab.page.evaluate(async (addresses) => {
          for (const url of addresses) await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => {});
          document.head.append(Object.assign(document.createElement('style'), { textContent: 'body { color: red }' }));
        }, [HUB, STORE, 'https://example.org/']);
        // An event comes some time after its address is refused, but before that of the next address.
        await lab.until('both refusals', () => ['example.org', 'inline'].every((what) => window.refused.some((one) => one.includes(what))));
        const [fetched, style, ...others] = (await lab.page.evaluate(() => window.refused)).sort();
        assert.match(fetched, /^connect-src https:\/\/example\.org/);
        assert.equal(style, 'style-src-elem inline');
        assert.deepEqual(others, []);
        await lab.close();
      });
  });
}

describe('the button that fetches the encoder from the hub', () => {
  let folder, hub, server, session;
  /** What was fetched from where. */
  const asked = new Set();

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'polytask-hub-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=huggingface.co', '-keyout', key, '-out', cert], { stdio: 'pipe' });
    // As the hub does, it has no manifest, and sends a browser on to another host for the weights.
    hub = createServer({ key: await readFile(key), cert: await readFile(cert) }, ({ url, headers: { host } }, response) => {
      const file = path.basename(url);
      asked.add(`${host}/${file}`);
      response.setHeader('access-control-allow-origin', '*');
      if (file === 'manifest.json') response.writeHead(404).end();
      else if (file.endsWith('.safetensors') && host === 'huggingface.co') response.writeHead(302, { location: `${STORE.replace(/[^/]*$/, '')}${file}` }).end();
      else createReadStream(path.join(WWW, 'models/all-MiniLM-L6-v2', file)).pipe(response);
    });
    await new Promise((resolve) => hub.listen(0, '127.0.0.1', resolve));
    const here = `127.0.0.1:${hub.address().port}`;
    server = await startServer(SITE, { without: '/models/' });
    session = await launch('chromium', {
      flags: ['--ignore-certificate-errors', `--host-resolver-rules=MAP huggingface.co:443 ${here}, MAP *.hf.co:443 ${here}`],
    });
  });
  after(async () => {
    await session?.close();
    await server?.close();
    hub?.closeAllConnections();
    hub?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  for (const file of ['embed.html', 'examples/frame/lab.html?views=controls+encoder'])
    test(`works in ${file}`, async () => {
      asked.clear();
      const lab = await openLab(session.browser, server.url, { page: file, before: LISTEN, shown: false });
      await lab.until('the tag', () => customElements.get('polytask-lab') !== undefined);
      await lab.page.evaluate(() => void document.querySelector('polytask-lab').train());
      await lab.until('a step', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      assert.ok(asked.has('huggingface.co/config.json') && asked.has('cas-bridge.xethub.hf.co/model.safetensors'), [...asked].join());
      assert.deepEqual(await lab.page.evaluate(() => window.refused), []);
      await lab.page.evaluate(async () => {
        for (const name of await caches.keys()) await caches.delete(name);
      });
      await lab.close();
    });
});
