// The verdicts at the end of a run, and the figures that show how sure they are, fed with events that are made up.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BROWSERS } from './browser.mjs';
import { Figure } from './figure.mjs';

const HOSTILE = '<img src=x onerror="window.hurt=1">';
const tasks = [
  { name: 'irony', labels: ['no', 'yes'] },
  { name: HOSTILE, labels: ['bad', 'good'] },
];
const doc = { table: { preset: null, name: '', tasks, examples: [] }, recipe: { pooling: 'mean', training: { learning_rate: 10 } } };
const start = { type: 'start', tasks, epochs: 1, steps_per_epoch: 12, validation_examples: 1, held_out: [] };

const message = (code, params, message) => ({ code, params, message });
const learned = message(
  'verdict.learned',
  { accuracy: 99.5, n: 200, low: 97.2, high: 100, label: 'no', baseline: 50 },
  'Learned: 99.5 % correct on 200 held-out sentences (95 % interval 97.2 to 100 %); always answering "no" gets 50 %.',
);
const diverged = message('verdict.diverged', { loss: 45778, guessing: 0.69 }, 'Diverged: the training loss ended at 45778, far above the 0.69 of guessing.');
const lower = message('verdict.lower_rate', { rate: 1 }, 'Try a learning rate ten times smaller, 1e0.');
const verdicts = [
  { type: 'verdict', task: 'irony', kind: 'learned', message: learned },
  { type: 'verdict', task: HOSTILE, kind: 'diverged', message: diverged, next: { message: lower, change: { learning_rate: 1 } } },
];
const end = { type: 'end', steps: 12, epochs: 1 };

const bins = [
  { confidence: 0.6, accuracy: 0.5, count: 10 },
  { confidence: 0.9, accuracy: 0.7, count: 20 },
];
const figures = {
  ...{ accuracy: 0.72, macro_f1: 0.7, loss: 1, confusion: [[12, 4], [5, 11]] },
  ...{ interval: [0.546, 0.844], calibration: { ece: 0.167, bins } },
};
const evaluation = (split) => ({ type: 'evaluation', epoch: 1, split, tasks: { irony: figures, [HOSTILE]: null } });

for (const name of BROWSERS) {
  /** @type {Figure} */
  let at;
  before(async () => {
    at = await Figure.launch(name);
  });
  after(() => at.close());
  const show = (view, make, lang = 'en') => at.show(view, make, { lang, doc });

  test(`${name}: a run ends with a sentence for each task, and a button sets what is suggested`, async () => {
    await show('results', 'createResults');
    await at.take(start);
    assert.equal(await at.page.evaluate(() => window.figure.all('.verdicts')[0].hidden), true, 'nothing before the end');
    await at.take(...verdicts, end);
    const said = [`irony ${learned.message}`, `${HOSTILE} ${diverged.message}`, `${lower.message} Set it`];
    assert.deepEqual(await at.text('.verdicts p'), said);
    await at.page.evaluate(() => window.figure.all('.verdicts button')[0].click());
    const button = () => at.page.evaluate(() => window.figure.all('.verdicts button').map(({ textContent, disabled }) => [textContent, disabled]));
    assert.deepEqual(await button(), [['Set', true]]);
    // Who sets it back by hand can press it again.
    await at.page.evaluate(() =>
      window.figure.dispatch({ type: 'edit', doc: { table: { tasks: [], examples: [] }, recipe: { training: { learning_rate: 10 } } }, change: 'settings' }),
    );
    assert.deepEqual(await button(), [['Set it', false]]);
    await at.take(start);
    assert.deepEqual(await at.text('.verdicts p'), [], 'another run has none yet');
    assert.equal(await at.page.evaluate(() => window.hurt), undefined);
  });

  test(`${name}: the verdicts are German where the page is`, async () => {
    await show('results', 'createResults', 'de');
    await at.take(start, ...verdicts, end);
    assert.deepEqual(await at.text('.verdicts p'), [
      'irony Gelernt: 99,5 % richtig bei 200 zurückgehaltenen Sätzen (95-%-Intervall 97,2 bis 100 %); immer "no" zu antworten ergibt 50 %.',
      `${HOSTILE} Divergiert: Der Trainingsverlust endete bei 45778, weit über den 0,69 bloßen Ratens.`,
      'Versuch eine zehnmal kleinere Lernrate, 1e0. So einstellen',
    ]);
  });

  test(`${name}: the bar says it in a word for each verdict`, async () => {
    await show('bar', 'createBar');
    const five = ['a', 'b', 'c', 'd', 'e'].map((task) => ({ ...verdicts[0], task }));
    await at.take({ ...start, tasks: [] }, ...five, verdicts[1], end);
    await at.page.evaluate(() => window.figure.become('ended'));
    const status = 'Done. Learned: a, b, c and 2 more; Diverged: <img src=x onerror="window.hurt=1">.';
    assert.deepEqual(await at.text('[data-part="live"]'), [status]);
    // A run without verdicts: the notebook's.
    await at.take(start, end);
    assert.deepEqual(await at.text('[data-part="live"]'), ['Done. Try a sentence, or change something and train again.']);
  });

  test(`${name}: an accuracy on few held-out sentences has its interval, and a diagram shows how sure the answers were`, async () => {
    await show('results', 'createResults');
    await at.take(start, evaluation('validation'), evaluation('train'));
    const small = () => at.text('.figures small');
    assert.deepEqual(await small(), ['95 % interval: 55 % to 84 %', '']);
    assert.deepEqual(await at.text('.reliability summary'), ['Calibration error 17 %', 'Calibration error –']);
    // The diagram is drawn when the reader opens it.
    await at.page.evaluate(() => window.figure.all('.reliability').forEach((details) => (details.open = true)));
    await at.page.waitForFunction(() => window.figure.all('.reliability svg').length === 2);
    const [label] = await at.page.evaluate(() => window.figure.all('.reliability svg').map((svg) => svg.getAttribute('aria-label')));
    assert.match(label, / 10 answers with 60 %: 50 % correct\. 20 answers with 90 %: 70 % correct\.$/);
    const dots = () => at.page.evaluate(() => window.figure.all('.reliability circle').map((dot) => ['cx', 'cy', 'r'].map((name) => Number(dot.getAttribute(name)))));
    const [few, many] = await dots();
    assert.deepEqual([few.slice(0, 2), many], [[60, 50], [90, 30.000000000000004, 4]]);
    assert.ok(Math.abs((few[2] / many[2]) ** 2 - 0.5) < 1e-9, 'areas are counts');
    // Training sentences were not drawn to be judged by.
    await at.page.evaluate(() => window.figure.all('input[value="train"]')[0].click());
    assert.deepEqual(await small(), ['', '']);
    // An event of a run that was recorded earlier has neither.
    const { interval, calibration, ...old } = figures;
    assert.ok(interval && calibration);
    await at.page.evaluate(() => window.figure.all('input[value="validation"]')[0].click());
    await at.take({ ...evaluation('validation'), tasks: { irony: old } });
    assert.deepEqual([await small(), (await dots()).length], [['', ''], 0]);
    assert.deepEqual(at.noise, []);
  });
}
