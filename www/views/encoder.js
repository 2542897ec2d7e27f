// The encoder: not asked for, on its way (bytes and per cent), here (and from where), or not to be had; and the threads that
// compute it.

import { h } from '../ui/dom.js';

/** An encoder's name: its folder's, on the Hugging Face hub its repository's. @param {string} address */
function nameOf(address) {
  const name = address.replace(/(\/resolve\/[^/]+)?\/$/, '').split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // It has a percent sign that encodes nothing.
  }
}

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
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

  action.addEventListener('click', () => (lab.state.encoder.is === 'loading' ? lab.cancelLoading() : lab.wake()));

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
    if (state.textContent !== text) state.textContent = text;
  }

  /** @param {import('../lab/run/types.js').State} state */
  function describe({ encoder: { is, latest }, missing }) {
    if (missing) return progress(0, words.useless);
    if (is === 'unreachable') return progress(0, words.notHere);
    if (is === 'away') return progress(0, words.away);
    if (latest?.type === 'progress') {
      // Rounded down: 100 % is said when every byte is here.
      const share = latest.total ? latest.received / latest.total : 0;
      const say = latest.cached ? words.reading : words.downloading;
      return progress(share, say(n.megabytes(latest.received), n.megabytes(latest.total), Math.floor(100 * share)));
    }
    if (!latest) return progress(0, words.waiting);
    const from = latest.encoder === '' ? words.opened : latest.cached ? words.cached : words.downloaded;
    progress(1, from(n.megabytes(latest.bytes)));
  }

  return {
    element,

    render(state) {
      const { encoder, engine, missing, started } = state;
      name.textContent = nameOf(encoder.address);
      if (engine) {
        element.dataset.build = engine.build;
        threads.textContent = words.threads(engine.threads);
      }
      const loading = encoder.is === 'loading';
      const failed = missing !== '' || encoder.is === 'unreachable';
      const isHere = encoder.is === 'here' && encoder.latest?.type !== 'progress';
      element.dataset.state = failed ? 'failed' : encoder.is === 'away' ? 'away' : isHere ? 'loaded' : 'loading';
      if (encoder.latest?.type === 'loaded') element.dataset.cached = String(encoder.latest.cached);
      action.hidden = missing !== '' || encoder.is === 'here';
      files.hidden = action.hidden || loading;
      action.textContent = loading ? words.cancel : failed ? words.retry : words.fetch;
      describe(state);
      if (started) size.textContent = words.parameters(started.event.trainable_parameters, started.event.parameters);
    },
  };
}
