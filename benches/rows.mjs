// The rows of the table: whose figure stands beside whose, and what it has to be.

/**
 * `job` and the two contenders in it. `of`: which of a contender's figures, if not its times. Where there is a peer,
 * `must` and `aim` bound the ratio, else the figure itself. All are upper bounds but where `least` is set.
 */
export const ROWS = [
  { id: 'notebook-chromium-1t', job: 'notebook', ours: 'chromium', peer: 'pytorch-1', must: 0.6, aim: 0.4 },
  { id: 'notebook-native-1t', job: 'notebook', ours: 'native-1', peer: 'pytorch-1', must: 0.4, aim: 0.25 },
  { id: 'batch32-chromium-1t', job: 'batch32', ours: 'chromium', peer: 'pytorch-1', must: 2.2, aim: 1.6 },
  { id: 'batch32-native-1t', job: 'batch32', ours: 'native-1', peer: 'pytorch-1', must: 1.1, aim: 0.9 },
  { id: 'batch32-native-2t', job: 'batch32', ours: 'native-2', peer: 'pytorch-2', must: 1.1, aim: 0.9 },
  { id: 'ragged-chromium-1t', job: 'ragged', ours: 'chromium', peer: 'pytorch-1', must: 1.6, aim: 1.1 },
  { id: 'forward-4x8-chromium', job: 'forward-4x8', ours: 'chromium', peer: 'ort', must: 0.85, aim: 0.6 },
  { id: 'forward-32x32-chromium', job: 'forward-32x32', ours: 'chromium', peer: 'ort', must: 0.85, aim: 0.6 },
  { id: 'bertbase-chromium-1t', job: 'bertbase', ours: 'chromium', peer: 'pytorch-1', must: 1.0, aim: 0.7 },
  { id: 'bertbase-memory-gb', job: 'bertbase', ours: 'chromium', of: 'memory', unit: 'GB', must: 2.4, aim: 2.0 },
  { id: 'threads-chromium', job: 'batch32', ours: 'threads-2', peer: 'threads-1', must: 0.6, aim: 0.55 },
  { id: 'pcgrad-notebook-chromium', job: 'notebook', ours: 'chromium-pcgrad', peer: 'chromium', must: 1.9, aim: 1.7 },
  { id: 'pcgrad-batch32-chromium', job: 'batch32', ours: 'chromium-pcgrad', peer: 'chromium', must: 1.9, aim: 1.7 },
  { id: 'pcgrad-notebook-native', job: 'notebook', ours: 'native-pcgrad', peer: 'native-1', must: 1.9, aim: 1.7 },
  { id: 'pcgrad-batch32-native', job: 'batch32', ours: 'native-pcgrad', peer: 'native-1', must: 1.9, aim: 1.7 },
  { id: 'probe-steps-per-s', job: 'probe', ours: 'worker', must: 1000, aim: 5000, least: true },
  { id: 'epoch-native-2t', job: 'epoch', ours: 'command-train', peer: 'trainer', must: 0.3, aim: 0.25 },
  { id: 'prediction-native-2t', job: 'prediction', ours: 'command-predict', peer: 'encode', must: 0.5, aim: 0.4 },
  { id: 'wasm-brotli-kb', job: 'size', ours: 'files', must: 850, aim: 700 },
  { id: 'cold-first-step-s', job: 'cold', ours: 'new-visitor', must: 4.5, aim: 3.5 },
  { id: 'warm-first-step-s', job: 'warm', ours: 'page', must: 2.5, aim: 1.2 },
];

/** Whether a row's figure is within its bounds. @returns {'aim' | 'must' | 'no' | 'missing'} */
export function verdict({ must, aim, least, peer }, { ours, ratio }) {
  const figure = peer ? ratio : ours;
  if (figure === null) return 'missing';
  const within = (bound) => (least ? figure >= bound : figure <= bound);
  return within(aim) ? 'aim' : within(must) ? 'must' : 'no';
}
