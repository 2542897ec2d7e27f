// The trained model in use elsewhere: the button that downloads it, and the code that asks it the reader's sentence.

import { inPage, inPython, onCommandLine, zipName } from '../lab/model/use.js';
import { canAnswer, hasRun } from '../lab/run/select.js';
import { h } from '../ui/dom.js';
import { late } from '../ui/late.js';
import { code, shellWord } from './code.js';

/** @typedef {import('../lab/run/types.js').State} State */

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createUseModel(lab) {
  const { model: words, share } = lab.words;
  const soon = h('p', { className: 'hint', dataset: { part: 'model-soon' } }, words.soon);
  const model = h('div', { hidden: true, dataset: { part: 'model' } });
  const places = [
    { title: words.python, element: h('code', { dataset: { part: 'use-python' } }), write: inPython },
    { title: words.page, element: h('code', { dataset: { part: 'use-page' } }), write: inPage },
    { title: words.command, element: h('code', { dataset: { part: 'use-command' } }), write: (/** @type {import('../lab/model/use.js').Use} */ use) => onCommandLine(use, shellWord) },
  ];
  const element = h(
    'section',
    { className: 'panel share use-model', part: 'panel', 'aria-labelledby': 'h-use-model', dataset: { part: 'use-model' } },
    h('header', {}, h('h3', { id: 'h-use-model' }, words.title), h('p', {}, words.line)),
    h('div', { className: 'take' }, soon, model),
    ...places.map(({ title, element }) => h('div', {}, h('h4', {}, title), code(share, title, element))),
  );
  const downloading = late(
    async () => (await import('../models.js')).createModel(lab, model, zipName),
    () => lab.notices.error(lab.words.lab.notLoaded(words.title)),
  );
  /** Shows the download. @type {((state: State) => void) | undefined} */
  let showModel;
  /** What was asked last: the step and the sentence; and the answer to it. */
  let [asked, answered] = ['', ''];
  /** The first task's label. @type {string | undefined} */
  let label;
  /** What the code was written for. */
  let written = '';

  /** The model's answer, once it rests: it would change with each step. @param {State} state @param {string} sentence @param {string} task */
  async function ask(state, sentence, task) {
    const at = JSON.stringify([state.counts.step, sentence, task, state.run.configured?.table.name]);
    if (at !== answered) label = undefined;
    if (at === asked || state.run.status === 'training' || !canAnswer(state) || state.counts.step === 0) return;
    asked = at;
    const answer = await lab.predict(sentence).catch(() => undefined); // The lab says why there is none.
    if (at !== asked) return;
    if (!answer) return void (asked = '');
    [answered, label] = [at, answer.tasks[task]?.label];
    show(lab.state);
  }

  /** @param {State} state */
  function show(state) {
    const doc = state.run.configured ?? state.document.doc;
    const [task] = doc?.table.tasks ?? [];
    if (!doc || !task) return;
    const presets = /** @type {Record<string, { tries: string[] } | undefined>} */ (lab.words.presets);
    const sentence = state.reader.tried.trim() || (presets[doc.table.preset?.name ?? '']?.tries[0] ?? lab.words.try.own);
    ask(state, sentence, task.name);
    const use = { zip: zipName(doc.table.name, false), sentence, task: task.name, label };
    const next = JSON.stringify(use);
    if (next === written) return;
    written = next;
    for (const { element, write } of places) element.textContent = write(use);
  }

  return {
    element,

    render(state) {
      element.inert = state.document.doc === undefined;
      // Before the first step there is no model to speak of.
      if (showModel) showModel(state);
      else if (state.counts.step > 0 && hasRun(state.run.status)) downloading().then((show) => (showModel = show)?.(lab.state));
      soon.hidden = !model.hidden;
      show(state);
    },
  };
}
