// Medians and their spread.

/** The q-quantile, between neighbours by proportion. */
export function quantile(samples, q) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  return below + (at % 1) * ((sorted[Math.ceil(at)] ?? below) - below);
}

export const median = (samples) => quantile(samples, 0.5);

/** Three figures or so, as people write them. */
export function figure(x) {
  if (x === null || x === undefined) return '–';
  return Math.abs(x) >= 100 ? x.toFixed(0) : Math.abs(x) >= 10 ? x.toFixed(1) : x.toFixed(2);
}

/** `median (first quartile–third quartile)`. */
export const spread = (samples) =>
  `${figure(median(samples))} (${figure(quantile(samples, 0.25))}–${figure(quantile(samples, 0.75))})`;
