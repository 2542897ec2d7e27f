// Try a sentence: every head's probabilities for the reader's sentence, with the weights as they are now, and the words
// that they rest on.

import { readAlong, readEdits } from '../lab/run/reading.js';
import { canAnswer, hasRun } from '../lab/run/select.js';
import { wellFormed } from '../lab/document/well-formed.js';
import { debounce, h } from '../ui/dom.js';
import { late } from '../ui/late.js';
import { mostOf } from '../ui/thin.js';
import { createHeadBars } from './head-bars.js';
import { createSaliency } from './saliency.js';

/** @typedef {import('../types.js').Prediction} Prediction */
/** @typedef {import('../lab/run/types.js').State} State */

const TYPING_MS = 120;
/** How long typing rests before the words are weighed, which takes a pass for each. */
const REST_MS = 500;
/** While training, the bars follow the weights this often at most: each look costs the training a forward pass. */
const FOLLOW_MS = 300;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createTry(lab) {
  const words = lab.words.try;
  const when = h('p', { dataset: { part: 'try-when' } }, words.soon);
  const field = h('textarea', {
    id: 'try-text',
    className: 'try-text',
    rows: 2,
    value: lab.state.reader.tried,
    spellcheck: false,
    maxLength: 2000,
    dataset: { part: 'try-text' },
  });
  const examples = h('div', { className: 'examples', dataset: { part: 'try-examples' } });
  const answers = h('div', { className: 'answers', dataset: { part: 'try-answers' } });
  const said = h('p', { className: 'sr', 'aria-live': 'polite' });
  const saliency = createSaliency(lab.words, explain);
  const classify = h('button', { type: 'button', disabled: true, dataset: { part: 'classify-file' } }, words.classify);
  const dialog = h('dialog', { className: 'dialog classify', 'aria-labelledby': 'h-classify', dataset: { part: 'classify-dialog' } });
  const classifying = late(
    async () => (await import('./classify.js')).createClassify(lab, dialog),
    () => lab.notices.error(lab.words.lab.notLoaded(words.classify)),
  );
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-try', dataset: { part: 'try' } },
    h('header', {}, h('h3', { id: 'h-try' }, words.title), when),
    h('label', { className: 'sr', for: 'try-text' }, words.field),
    field,
    examples,
    answers,
    said,
    saliency.element,
    h('div', { className: 'toolbar' }, classify),
    dialog,
  );
  /** @type {Map<string, ReturnType<typeof createHeadBars>>} */
  let heads = new Map();
  /** The latest answer to the sentence in the field. @type {Prediction | undefined} */
  let answer;
  let waiting = false;
  let dirty = false;
  let askedAt = -Infinity;
  /** Whether the answer has not yet been read out to the reader who typed. */
  let unsaid = false;
  /** Whether the panel is on the screen: training is not slowed for bars that nobody sees. */
  let seen = true;
  /** The states of the run, and sentences, of the latest question, the latest explanation asked for and the one on show. */
  let [askedState, explained, shownSaliency] = ['', '', ''];

  const text = () => wellFormed(field.value.trim());
  const now = () => `${lab.state.counts.step} ${text()}`;

  async function ask() {
    if (text() === '') return;
    if (waiting) {
      dirty = true;
      return;
    }
    const [sentence, bars] = [text(), heads];
    waiting = true;
    dirty = false;
    askedAt = performance.now();
    // The lab says why there is no answer.
    const prediction = await lab.predict(sentence).catch(() => undefined);
    waiting = false;
    if (prediction && sentence === text() && bars === heads && isOfBars(prediction)) show(prediction);
    if (dirty) ask();
  }

  /** Whether the bars have the answer's classes: a new run may answer before its bars are there. @param {Prediction} prediction */
  function isOfBars({ tasks }) {
    return Object.entries(tasks).every(([task, { label, probabilities }]) => {
      const labels = heads.get(task)?.labels ?? [];
      return labels.length === probabilities.length && labels.includes(label);
    });
  }

  /** @param {Prediction} prediction Of the sentence in the field. */
  function show(prediction) {
    answer = prediction;
    for (const [task, { label, probabilities }] of Object.entries(prediction.tasks)) heads.get(task)?.show(label, probabilities);
    answers.dataset.for = prediction.text;
  }

  async function explain() {
    const what = now();
    if (!canAnswer(lab.state) || text() === '' || explained === what) return;
    const [sentence, bars] = [text(), heads];
    explained = what;
    const weighed = await lab.explain(sentence).catch(() => undefined);
    if (!weighed && explained === what) explained = '';
    if (!weighed || sentence !== text() || bars !== heads) return;
    shownSaliency = now();
    saliency.show(weighed);
    age();
  }

  const rest = debounce(() => {
    if (unsaid) say();
    if (seen && lab.state.run.status !== 'training') explain();
  }, REST_MS);
  const askSoon = debounce(ask, TYPING_MS);

  /** There is another sentence, of the reader's doing. @param {() => void} ask */
  function typed(ask) {
    unsaid = true;
    said.textContent = '';
    lab.point(text());
    ask();
    rest();
    age();
  }

  function say() {
    if (answer?.text !== text()) return;
    unsaid = false;
    said.textContent = Object.entries(answer.tasks)
      .map(([task, { label, probabilities }]) => words.answer(task, label, lab.words.n.percent(mostOf(probabilities))))
      .join(' ');
  }

  const age = () => saliency.setOutdated(shownSaliency !== now(), canAnswer(lab.state) && text() !== '');

  field.addEventListener('input', () => {
    lab.try(field.value);
    typed(askSoon);
  });
  field.addEventListener('focus', () => lab.point(text()));
  classify.addEventListener('click', async () => (await classifying())?.());
  const sight = new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    if (seen && canAnswer(lab.state)) rest();
  });
  sight.observe(element);

  /** Sentences to start from; the first is put in if the field still holds one of ours. @param {readonly string[]} texts */
  function offer(texts) {
    const ours = Array.from(examples.children, (button) => button.textContent);
    if (field.value === '' || ours.includes(field.value)) field.value = texts[0] ?? '';
    examples.replaceChildren(
      ...texts.map((example) => {
        const button = h('button', { type: 'button', dir: 'auto', className: 'example' }, example);
        button.addEventListener('click', () => {
          field.value = example;
          typed(ask);
        });
        return button;
      }),
    );
  }

  /** @param {State} state */
  function whenOf({ encoder, replay, run, counts }) {
    if (encoder.is !== 'here' || replay.is) return words.soon;
    if (!hasRun(run.status)) return words.unprepared;
    return counts.step === 0 ? words.untrained : words.after(counts.step);
  }

  /** Empty bars. @param {import('../types.js').Task[]} tasks */
  function empty(tasks) {
    heads = new Map(tasks.map((task, k) => [task.name, createHeadBars(lab.words, task, k)]));
    answers.replaceChildren(...Array.from(heads.values(), (head) => head.element));
    answer = undefined;
  }

  const followEdits = readEdits(({ table }, change) => {
    if (change !== 'data') return;
    const presets = /** @type {Record<string, { tries: string[] } | undefined>} */ (lab.words.presets);
    offer(presets[table.preset?.name ?? '']?.tries ?? [words.own]);
  });
  const followRun = readAlong({
    begin(outline) {
      empty(outline.tasks);
      [askedState, explained, shownSaliency] = ['', '', ''];
      saliency.reset(outline.tasks.map(({ name }) => name));
    },
  });

  return {
    element,

    render(state) {
      followEdits(state);
      followRun(state);
      const { run, counts, shown } = state;
      const training = run.status === 'training';
      const at = `${run.status} ${counts.step}`;
      when.textContent = whenOf(state);
      if (run.status === 'none' && answer) empty(shown.outline?.tasks ?? []);
      age();
      classify.disabled = !canAnswer(state);
      if (!canAnswer(state) || askedState === at) return;
      if (training && (!seen || waiting || performance.now() - askedAt < FOLLOW_MS)) return;
      askedState = at;
      ask();
      if (!training) rest();
    },

    destroy() {
      sight.disconnect();
      askSoon.cancel();
      rest.cancel();
      dirty = false;
    },
  };
}
