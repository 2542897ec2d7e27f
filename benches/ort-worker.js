// ONNX Runtime Web's end of a timed run: its wasm backend on one thread, in a dedicated worker as ours.

import * as ort from '/ort/ort.wasm.min.mjs';

ort.env.wasm.wasmPaths = '/ort/';
ort.env.wasm.numThreads = 1;

const calls = {
  version: () => ort.env.versions.web,

  /**
   * Milliseconds of each of `counted` passes from token ids to sentence vectors, and the vectors.
   *
   * `shape` is (B,T); `input_ids` and `attention_mask` are its numbers, row by row.
   */
  async forward({ model, shape, input_ids, attention_mask, warmUp, counted }) {
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const int64 = (numbers) => new ort.Tensor('int64', BigInt64Array.from(numbers, BigInt), shape);
    const feeds = {
      input_ids: int64(input_ids),
      attention_mask: int64(attention_mask),
      token_type_ids: int64(input_ids.map(() => 0)),
    };
    const times = [];
    let vectors;
    for (let pass = 0; pass < warmUp + counted; pass++) {
      const start = performance.now();
      ({ sentence_embedding: vectors } = await session.run(feeds));
      if (pass >= warmUp) times.push(performance.now() - start);
    }
    return { times, vectors: Array.from(vectors.data) };
  },
};

addEventListener('message', async ({ data: { call, ...options } }) => {
  try {
    postMessage({ value: await calls[call](options) });
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
});
