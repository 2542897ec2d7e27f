// Makes the lab for a tag from its attributes.

import { Store } from '../lab/document/store.js';
import { EncoderChoice } from '../lab/encoder/choice.js';
import { Lab } from '../lab/lab.js';
import { createNotices } from '../views/notices.js';
import { listenToPage, perFrame } from './page-events.js';

/**
 * @param {import('./attributes.js').Wanted & Pick<import('../lab/options.js').LabOptions, 'measured'>} wanted
 * @param {(event: import('../types.js').RunEvent) => void} onEvent
 * @param {() => void} onState
 */
export function makeLab({ words, wish, fallback, base, autostart, record, run, keep, linked, measured }, onEvent, onState) {
  const notices = createNotices(words);
  // For a reader who saves data, the encoder is downloaded only on request.
  const { connection } = /** @type {{ connection?: { saveData?: boolean } }} */ (/** @type {unknown} */ (navigator));
  const lab = new Lab({
    words,
    base,
    notices,
    store: new Store(run),
    choice: new EncoderChoice(run),
    wish,
    fallback,
    autostart: autostart && !connection?.saveData,
    record,
    linked,
    keep,
    measured,
    perFrame,
    listen: (heard) => listenToPage(heard, linked),
    onEvent,
    onState,
  });
  return { lab, notices };
}
