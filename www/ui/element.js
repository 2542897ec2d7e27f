// All that <polytask-lab> loads when it begins, beside its views and its language.

export { acquire, release } from '../lab/labs.js';
export { makeLab } from '../lab/make.js';
export { styleSheets } from './styles.js';
export { listenForUndo } from './undo-keys.js';
