// All that <polytask-lab> loads when it begins, beside its views and its language.

export { acquire, release } from '../lab/labs.js';
export { makeLab } from './make-lab.js';
export { styleSheets } from '../ui/styles.js';
export { listenForUndo } from '../ui/undo-keys.js';
