// The encoder: not asked for, on its way (bytes and per cent), here (and from where), or not to be had; the threads that compute
// it; and the button that opens the choice of another.

import { KNOWN_BYTES, nameOf, OWN } from '../engine/encoder/addresses.js';
import { encoderName } from '../lab/run/select.js';
import { h } from '../ui/dom.js';
import { late } from '../ui/late.js';

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createEncoder(lab) {
  const words = lab.words.encoder;
  const { n } = lab.words;
  const name = h('span', { dataset: { part: 'encoder-name' } });
  const threads = h('span', { className: 'encoder-threads', dataset: { part: 'encoder-threads' } });
  const state = h('p', { className: 'encoder-state', dataset: { part: 'encoder-state' } }, words.waiting);
  const size = h('p', { className: 'encoder-size', dataset: { part: 'encoder-size' } });
  const done = h('span', { dataset: { part: 'encoder-done' } });
  const action = h('button', { type: 'button', className: 'quiet', dataset: { part: 'encoder-action' } });
  const change = h('button', { type: 'button', className: 'quiet', 'aria-expanded': false, dataset: { part: 'encoder-change' } }, words.change);
  const choice = h('div', { className: 'encoder-choice', hidden: true, dataset: { part: 'encoder-choice' } });
  const choosing = late(
    async () => (await import('./encoder-choice.js')).createEncoderChoice(lab, choice, () => show(false)),
    () => lab.notices.error(lab.words.lab.notLoaded(words.change)),
  );
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
    h('div', { className: 'encoder-line' }, state, action, change),
    choice,
    size,
  );

  action.addEventListener('click', () => (action.textContent === words.cancel ? lab.cancelLoading() : lab.wake()));
  change.addEventListener('click', async () => {
    const open = choice.matches('[hidden]');
    const draw = open ? await choosing() : undefined;
    if (open && !draw) return;
    draw?.();
    show(open);
  });

  /** @param {boolean} open */
  function show(open) {
    if (!open && choice.contains(/** @type {ShadowRoot} */ (choice.getRootNode()).activeElement)) change.focus();
    choice.hidden = !open;
    change.setAttribute('aria-expanded', String(open));
  }

  /** @param {number} share @param {string} text */
  function progress(share, text) {
    done.style.transform = `scaleX(${share})`;
    bar.setAttribute('aria-valuenow', String(Math.floor(100 * share)));
    bar.setAttribute('aria-valuetext', text);
    if (state.textContent !== text) state.textContent = text;
  }

  /** @param {import('../lab/run/types.js').State} state */
  function describe({ encoder: { is, address, latest: own, next, arrival, isSilent }, missing }) {
    const latest = next ? next.latest : own;
    const bytes = KNOWN_BYTES[nameOf(address)];
    if (missing) return progress(0, words.useless);
    if (is === 'unreachable') return progress(0, words.notHere);
    if (is === 'away') return progress(0, words.away(bytes ? n.fixed(bytes / 1e6, 0) : ''));
    if (latest?.type === 'progress') {
      // Rounded down: 100 % is said when every byte is here.
      const share = latest.total ? latest.received / latest.total : 0;
      const say = latest.cached ? words.reading : words.downloading;
      const sizes = /** @type {const} */ ([n.megabytes(latest.received), n.megabytes(latest.total)]);
      if (isSilent) return progress(share, words.silent(...sizes));
      const rate = arrival?.rate ?? 0;
      const left = Math.ceil((latest.total - latest.received) / rate);
      return progress(share, say(...sizes, Math.floor(100 * share)) + (rate > 0 ? words.arriving(n.figure(rate / 1e6), left) : ''));
    }
    if (!latest) return progress(0, words.waiting);
    const from = address.startsWith(OWN) ? words.opened : latest.cached ? words.cached : words.downloaded;
    progress(1, from(n.megabytes(latest.bytes)));
  }

  return {
    element,

    render(state) {
      const { encoder, engine, missing, started, comparison } = state;
      name.textContent = encoder.next ? nameOf(encoder.next.address) : encoderName(state);
      if (engine) {
        element.dataset.build = engine.build;
        threads.textContent = words.threads(engine.threads);
      }
      const loading = encoder.is === 'loading' || encoder.next !== undefined;
      const failed = missing !== '' || encoder.is === 'unreachable';
      const isHere = encoder.is === 'here' && !loading && encoder.latest?.type !== 'progress';
      element.dataset.state = failed ? 'failed' : encoder.is === 'away' ? 'away' : isHere ? 'loaded' : 'loading';
      if (encoder.latest?.type === 'loaded') element.dataset.cached = String(encoder.latest.cached);
      action.hidden = missing !== '' || (encoder.is === 'here' && !loading);
      action.textContent = loading ? words.cancel : failed ? words.retry : words.fetch;
      // The runs of a comparison have one encoder.
      change.hidden = missing !== '' || loading || comparison.on;
      if (change.hidden) show(false);
      describe(state);
      if (started) size.textContent = words.parameters(started.event.trainable_parameters, started.event.parameters);
    },
  };
}
