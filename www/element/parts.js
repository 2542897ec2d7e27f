// The modules that <polytask-lab> loads when it starts, apart from its views and its strings.

export { acquire, release } from '../lab/labs.js';
export { keepKeys } from './keys.js';
export { makeLab } from './make-lab.js';
export { styleSheets } from '../ui/styles.js';
export { listenForUndo } from '../ui/undo-keys.js';
