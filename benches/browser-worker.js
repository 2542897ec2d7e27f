// Our end of a timed run in the browser: a dedicated worker that owns the wasm instance, as the page's does.
//
// Messages `{ call, ... }` are answered in order by `{ value }` or `{ error }`.

import { useThreads } from '/engine/threads.js';

let polytask;
let memory;
let session;

const calls = {
  /** Loads a build (`pkg`: its directory), and prepares a run of `recipe` on the encoder in the directory `encoder`. */
  async prepare({ pkg, encoder, recipe, preset, threads }) {
    polytask = await import(`${pkg}polytask.js`);
    ({ memory } = await polytask.default());
    if (threads) await useThreads(polytask, threads);
    const whole = polytask.default_recipe(preset ?? 'notebook');
    Object.assign(whole, recipe, { training: { ...whole.training, ...recipe?.training } });
    const bytes = async (file) => new Uint8Array(await (await fetch(encoder + file)).arrayBuffer());
    const [config, tokenizer] = await Promise.all(['config.json', 'tokenizer.json'].map(bytes));
    session = new polytask.Session();
    session.plan(whole, config, tokenizer);
    for await (const chunk of streamed(await fetch(`${encoder}model.safetensors`))) session.receive(chunk);
    session.begin();
  },

  /** Milliseconds of each of `counted` training steps after `warmUp` more. */
  steps({ warmUp, counted }) {
    const times = [];
    for (let step = 0; step < warmUp + counted;) {
      const start = performance.now();
      const events = session.advance();
      const took = performance.now() - start;
      if (!events.some((event) => event.type === 'step')) continue;
      if (step >= warmUp) times.push(took);
      step += 1;
    }
    return times;
  },

  /** Milliseconds of each of `counted` passes from sentences to their vectors, and the vectors. */
  forward({ texts, warmUp, counted }) {
    const times = [];
    let vectors;
    for (let pass = 0; pass < warmUp + counted; pass++) {
      const start = performance.now();
      vectors = session.embed(texts);
      if (pass >= warmUp) times.push(performance.now() - start);
    }
    return { times, vectors: Array.from(vectors) };
  },

  /** Size of the wasm memory in bytes. It never shrinks, so this is its highest. */
  memory: () => memory.buffer.byteLength,
};

/** A response's body in pieces. Not `for await` over the stream itself, which not every browser knows. */
async function* streamed(response) {
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  const reader = response.body.getReader();
  for (let part; !(part = await reader.read()).done;) yield part.value;
}

addEventListener('message', async ({ data: { call, ...options } }) => {
  try {
    postMessage({ value: await calls[call](options) });
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
});
