// Rounds in which the contenders of a job take turns.

import { figure, median } from './statistics.mjs';

const say = (line) => process.stderr.write(`${line}\n`);

/**
 * Runs a job's contenders `rounds` times, one after the other.
 *
 * A contender that fails is out from then on, and the run's exit status tells.
 *
 * @returns By contender: `name`, `samples`, `rounds` (the samples of each), `memory`, `note`, `versions`; `missing`, if it
 *   has no figures, says why.
 */
export async function takeTurns(name, job, contenders, rounds) {
  const results = Object.fromEntries(
    Object.entries(contenders).map(([key, { name: title, missing }]) => [
      key,
      { name: title, missing, samples: [], rounds: [] },
    ]),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const [key, result] of Object.entries(results)) {
      if (result.missing) continue;
      try {
        const { samples, memory, ...said } = await contenders[key].run(name, job);
        result.samples.push(...samples);
        result.rounds.push(samples);
        if (memory !== undefined) result.memory = Math.max(memory, result.memory ?? 0);
        Object.assign(result, said);
        say(`${name}, round ${round} of ${rounds}: ${result.name}: ${figure(median(samples))} ${job.unit}`);
      } catch (error) {
        discard(name, result, `it failed: ${error.message}`);
      }
    }
  }
  const { chromium, ort } = results;
  if (chromium?.vectors && ort?.vectors) compare(name, chromium, ort);
  return results;
}

function discard(name, result, why) {
  say(`${name}: ${result.name}: ${why}`);
  Object.assign(result, { missing: why.split('\n')[0], samples: [], rounds: [] });
  process.exitCode = 1;
}

/** Two contenders' vectors must be those of the same sentences by the same model; else the peer's times mean nothing. */
function compare(name, ours, theirs) {
  const same = ours.vectors.length === theirs.vectors.length;
  const most = Math.max(...ours.vectors.map((x, i) => Math.abs(x - theirs.vectors[i])));
  if (same && most <= 1e-3) theirs.note = `sentence vectors differ from ours by at most ${most.toExponential(0)}`;
  else discard(name, theirs, `its sentence vectors differ from ours by ${most}, so it did not do the same work`);
}
