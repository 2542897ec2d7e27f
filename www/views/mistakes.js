// The sentences that a task's head got wrong, the surest mistakes first: all, or those of one cell of the matrix.

import { brief } from '../ui/brief.js';
import { h } from '../ui/dom.js';

/** @typedef {Extract<import('../types.js').RunEvent, { type: 'mistakes' }>['tasks'][string][number]} Mistake */

/** How many are listed until the reader asks for all. */
const FEW = 4;

/**
 * @param {import('../strings/words.js').Words} allWords
 * @param {string} task
 * @param {() => void} pickAll Called when the reader wants those of all cells again.
 */
export function createMistakes({ n, results: words }, task, pickAll) {
  const heading = h('h5');
  const unpick = h('button', { type: 'button', className: 'quiet', hidden: true }, words.unpick);
  const list = h('ul');
  const more = h('button', { type: 'button', className: 'quiet', hidden: true });
  const element = h(
    'section',
    { className: 'mistakes', 'aria-label': words.mistakes(task), dataset: { part: 'mistakes' } },
    h('header', {}, heading, unpick),
    list,
    more,
  );
  let all = false;
  /** @type {Parameters<typeof show>} */
  let latest = [undefined, undefined, undefined, String];

  unpick.addEventListener('click', pickAll);
  more.addEventListener('click', () => {
    all = !all;
    show(...latest);
  });

  /**
   * @param {Mistake[] | undefined} mistakes Absent: not known.
   * @param {number | undefined} wrong How many there are; `mistakes` may hold fewer.
   * @param {{ label: string, said: string } | undefined} picked
   * @param {(row: number) => string} textOf
   */
  function show(mistakes, wrong, picked, textOf) {
    latest = [mistakes, wrong, picked, textOf];
    const these = mistakes?.filter(({ label, said }) => !picked || (label === picked.label && said === picked.said)) ?? [];
    heading.textContent = !mistakes
      ? words.noMistakesYet
      : picked
        ? words.picked(these.length, brief(picked.label), brief(picked.said))
        : words.wrong(mistakes.length, wrong ?? mistakes.length);
    unpick.hidden = !picked;
    more.hidden = these.length <= FEW;
    more.textContent = all ? words.fewer : words.all(these.length);
    list.replaceChildren(...these.slice(0, all ? undefined : FEW).map((mistake) => entry(mistake, textOf(mistake.row))));
  }

  /** @param {Mistake} mistake @param {string} text */
  const entry = ({ label, said, probability }, text) =>
    h('li', {}, h('span', { dir: 'auto', className: 'sentence' }, text), h('small', { title: words.verdict(label, said, n.percent(probability)) }, words.verdict(brief(label), brief(said), n.percent(probability))));

  return { element, show };
}
