// The pooling that a sentence-transformers encoder declares in 1_Pooling/config.json.

import { message } from './elsewhere-failure.js';
import { jsonOf } from './family.js';
import { POOLING } from './files.js';

/**
 * Says it to the page, which uses it unless the reader chose another.
 *
 * @param {Map<string, import('./stored-file.js').StoredFile>} files
 * @param {(event: import('../../types.js').RunEvent) => void} say
 */
export async function sayPooling(files, say) {
  const file = files.get(POOLING);
  const modes = Object.entries((file && (await jsonOf(file))) ?? {}).flatMap(([name, on]) => (on === true && name.startsWith('pooling_mode_') ? [name.slice(13)] : []));
  if (modes.length === 0) return;
  const pooling = modes.join() === 'cls_token' ? 'cls' : modes.join() === 'mean_tokens' ? 'mean' : undefined;
  if (pooling) say({ type: 'warning', ...message('encoder.pooling', { pooling }) });
  else say({ type: 'warning', ...message('encoder.pooling_unknown', { modes: modes.join(', ') }) });
}
