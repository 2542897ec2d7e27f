// Where the encoder is: on its way (bytes and per cent), here (from where), or not to be had; and what computes it.

import { grouped, megabytes, part } from './dom.js';

/** @param {HTMLElement} root */
export function createEncoderStatus(root) {
  const state = part(root, 'encoder-state');
  const size = part(root, 'encoder-size');
  const done = part(root, 'encoder-done');
  const bar = part(root, 'encoder-bar');
  const threads = part(root, 'encoder-threads');

  /** @param {number} share @param {string} text */
  function progress(share, text) {
    done.style.transform = `scaleX(${share})`;
    bar.setAttribute('aria-valuenow', String(Math.floor(100 * share)));
    bar.setAttribute('aria-valuetext', text);
    state.textContent = text;
  }

  return {
    /** @param {import('./types.js').Build} build @param {number} n */
    ready(build, n) {
      root.dataset.build = build;
      threads.textContent = n === 1 ? '1 thread' : `${n} threads`;
    },

    /** @param {import('./types.js').RunEvent} event */
    take(event) {
      if (event.type === 'progress') {
        root.dataset.state = 'loading';
        // Rounded down: 100 % is said when every byte is here.
        const share = event.total ? event.received / event.total : 0;
        const source = event.cached ? 'reading' : 'downloading';
        progress(
          share,
          `${source} ${megabytes(event.received)} of ${megabytes(event.total)} MB, ${Math.floor(100 * share)} %`,
        );
      } else if (event.type === 'loaded') {
        root.dataset.state = 'loaded';
        root.dataset.cached = String(event.cached);
        progress(1, `${megabytes(event.bytes)} MB, ${event.cached ? 'from this browser’s cache' : 'downloaded'}`);
      } else if (event.type === 'start') {
        size.textContent = `${grouped(event.trainable_parameters)} of ${grouped(event.parameters)} parameters train`;
      }
    },

    /** @param {string} text */
    fail(text) {
      root.dataset.state = 'failed';
      state.textContent = text;
    },
  };
}
