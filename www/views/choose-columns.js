// The button that opens the dialog for a file's columns. The dialog opens by itself for a file whose columns are not clear. It is loaded
// then: most files need none.

import { h } from '../ui/dom.js';
import { late } from '../ui/late.js';

/** @param {import('../lab/lab.js').Lab} lab */
export function createColumnChooser(lab) {
  const { columns: button } = lab.words.sentences;
  const again = h('button', { type: 'button', hidden: true, dataset: { part: 'choose-columns' } }, button);
  const dialog = h('dialog', { className: 'dialog columns', 'aria-labelledby': 'h-columns', dataset: { part: 'columns-dialog' } });
  const drawing = late(
    async () => (await import('./columns.js')).createColumns(lab, dialog),
    () => {
      lab.sources.cancelChoosing();
      lab.notices.error(lab.words.lab.notLoaded(button));
    },
  );
  /** @type {import('../lab/document/columns.js').Choosing | undefined} */
  let shown;

  again.addEventListener('click', () => lab.sources.chooseAgain());
  dialog.addEventListener('close', () => lab.sources.cancelChoosing());

  async function show() {
    const draw = await drawing();
    if (draw && shown) draw(shown);
  }

  return {
    button: again,
    dialog,

    /** @param {import('../lab/run/types.js').State} state */
    render({ document: { file, choosing } }) {
      again.hidden = file === undefined;
      if (choosing === shown) return;
      shown = choosing;
      if (choosing) show();
      else if (dialog.open) dialog.close();
    },
  };
}
