// Where the encoder is: not asked for, on its way (bytes and per cent), here (from where), or not to be had; and what
// computes it.

import { h } from '../ui/dom.js';

/** What an encoder is called: its folder, on the Hugging Face hub its repository. @param {string} address */
function nameOf(address) {
  const name = address.replace(/(\/resolve\/[^/]+)?\/$/, '').split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // It has a percent sign that encodes nothing.
  }
}

/** @param {import('../lab/lab.js').Lab} lab @returns {import('../lab/views.js').View} */
export function createEncoder(lab) {
  const words = lab.words.encoder;
  const { n } = lab.words;
  const name = h('span', {});
  const threads = h('span', { className: 'encoder-threads', dataset: { part: 'encoder-threads' } });
  const state = h('p', { className: 'encoder-state', dataset: { part: 'encoder-state' } }, words.waiting);
  const size = h('p', { className: 'encoder-size', dataset: { part: 'encoder-size' } });
  const done = h('span', { dataset: { part: 'encoder-done' } });
  const action = h('button', { type: 'button', className: 'quiet', dataset: { part: 'encoder-action' } });
  const files = h(
    'button',
    { type: 'button', className: 'quiet', title: words.filesTitle, dataset: { part: 'encoder-files' } },
    words.files,
  );
  const picker = h('input', { type: 'file', multiple: true, hidden: true, accept: '.json,.safetensors' });
  const bar = h(
    'div',
    {
      className: 'track',
      role: 'progressbar',
      'aria-label': words.bar,
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-valuenow': 0,
      dataset: { part: 'encoder-bar' },
    },
    done,
  );
  const element = h(
    'div',
    { className: 'encoder', part: 'encoder', dataset: { part: 'encoder' } },
    h('p', { className: 'encoder-name' }, h('span', { className: 'eyebrow' }, words.title), ' ', name, ' ', threads),
    bar,
    h('div', { className: 'encoder-line' }, state, action, files, picker),
    size,
  );
  let loading = false;

  action.addEventListener('click', () => (loading ? lab.cancelLoading() : lab.wake()));

  files.addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    if (picker.files?.length) lab.openEncoder([...picker.files]);
    picker.value = '';
  });

  /** @param {number} share @param {string} text */
  function progress(share, text) {
    done.style.transform = `scaleX(${share})`;
    bar.setAttribute('aria-valuenow', String(Math.floor(100 * share)));
    bar.setAttribute('aria-valuetext', text);
    state.textContent = text;
  }

  return {
    element,

    take(event) {
      if (event.type === 'progress') {
        // Said at once: `show` comes a frame later, and would say that it waits.
        element.dataset.state = 'loading';
        // Rounded down: 100 % is said when every byte is here.
        const share = event.total ? event.received / event.total : 0;
        const say = event.cached ? words.reading : words.downloading;
        progress(share, say(n.megabytes(event.received), n.megabytes(event.total), Math.floor(100 * share)));
      } else if (event.type === 'loaded') {
        element.dataset.state = 'loaded';
        element.dataset.cached = String(event.cached);
        const from = event.encoder === '' ? words.opened : event.cached ? words.cached : words.downloaded;
        progress(1, from(n.megabytes(event.bytes)));
      } else if (event.type === 'start') {
        size.textContent = words.parameters(event.trainable_parameters, event.parameters);
      }
    },

    show(run) {
      name.textContent = nameOf(lab.encoder);
      const { build, threads: count = 1 } = lab.build ?? {};
      if (build) {
        element.dataset.build = build;
        threads.textContent = words.threads(count);
      }
      loading = run.encoder === 'loading';
      const failed = run.missing !== '' || run.encoder === 'unreachable';
      const next = failed ? 'failed' : { away: 'away', loading: 'loading', here: 'loaded', unreachable: 'failed' }[run.encoder];
      action.hidden = run.missing !== '' || run.encoder === 'here';
      files.hidden = run.missing !== '' || run.encoder === 'here' || loading;
      action.textContent = loading ? words.cancel : failed ? words.retry : words.fetch;
      if (element.dataset.state === next) return;
      element.dataset.state = next;
      if (next === 'failed') progress(0, run.missing ? words.useless : words.notHere);
      else if (next === 'away') progress(0, words.away);
      else if (next === 'loading') progress(0, words.waiting);
    },
  };
}
