// Everything that the element says, in English. A section is a view's, or a module's of lab/.

import { numbers } from '../ui/numbers.js';

const n = numbers('en-GB');
/** @param {number} count @param {string} one @param {string} [many] */
const count = (count, one, many = `${one}s`) => `${n.grouped(count)} ${count === 1 ? one : many}`;

export default {
  /** The language's tag. */
  tag: 'en',
  n,

  lab: {
    forgetful: 'This browser has no room to keep your sentences: they will be gone after a reload.',
    nothingHeldOut:
      'Nothing is held out, so there is nothing to compare on: set Held out, under More settings, to 0.25 or so.',
    otherSentences: 'Broken off: there are other sentences now.',
    comparisonCancelled: 'Cancelled. What was finished is in the table.',
    comparisonBroken: 'Broken off.',
    taskGone: (/** @type {string} */ task) => `There is no task “${task}” any more: the sentences have changed.`,
    retry: 'Retry',
    crashed: (/** @type {string} */ why) =>
      `The training worker crashed (${why}) and was replaced: your sentences and settings are still here, and Train starts from the first step; if memory ran out, a smaller batch size helps.`,
    notStarted: (/** @type {string} */ why) =>
      `The training code could not be started (${why}); reload the page to try again.`,
  },

  attributes: {
    choice: (/** @type {string} */ name, /** @type {string} */ value, /** @type {readonly string[]} */ choices) =>
      `The attribute ${name}="${value}" is not one of its choices: ${choices.join(', ')}.`,
    view: (/** @type {string} */ value, /** @type {readonly string[]} */ choices) =>
      `The attribute views names “${value}”, which is none of the views: ${choices.join(', ')}.`,
    whole: (/** @type {string} */ name, /** @type {string} */ value, /** @type {number} */ least) =>
      `The attribute ${name}="${value}" must be a whole number from ${least} on.`,
    unknown: (/** @type {string} */ name, /** @type {string} */ meant, /** @type {readonly string[]} */ all) =>
      `There is no attribute ${name}; did you mean ${meant}? These there are: ${all.join(', ')}.`,
    notFetched: (/** @type {string} */ url, /** @type {number | undefined} */ status) =>
      `The sentences could not be fetched: ${status ? `the server answered ${status} for` : 'nothing answers at'} ${url}; another page's server must allow it (Access-Control-Allow-Origin).`,
    srcKind: (/** @type {string} */ url) =>
      `The attribute src names ${url}; it must end in .csv, .tsv or .jsonl (a table), or in .json (a recipe).`,
    notJson: (/** @type {string} */ url, /** @type {string} */ why) => `${url} is not JSON (${why}).`,
  },

  support: {
    lacks: (/** @type {string} */ what) =>
      `This browser has no ${what}, which training here needs. Current versions of Chrome, Edge, Firefox and Safari (from 16.4) have it.`,
    wasm: 'WebAssembly',
    simd: 'WebAssembly SIMD',
    workers: 'module workers',
  },

  presets: {
    notebook: {
      title: 'Notebook',
      tries: ['The soup was cold and bland.', 'It has rained for a week.', 'My new phone is wonderfully fast.'],
    },
    'topic-sentiment': {
      title: 'Topic + sentiment',
      tries: [
        'The noodles were cold and the waiter ignored us.',
        'At last the fog lifted and we could see the whole valley.',
        'The update deleted every photo on my phone.',
      ],
    },
    tickets: {
      title: 'Support tickets',
      tries: [
        'I was charged twice for one order and nobody answers!',
        'Could you add a dark theme some day? Thank you.',
        'The app closes whenever I open the calendar.',
      ],
    },
  },

  /** The ways to make one update of several tasks. The papers stand in src/weighting/. */
  weightings: {
    sum: {
      title: 'Sum',
      line: 'Adds the losses up, as the notebook does.',
    },
    uncertainty: {
      title: 'Uncertainty',
      line: 'Learns how noisy each task is, and lets a noisy one count for less (Kendall 2018).',
    },
    dwa: {
      title: 'Dynamic average',
      line: 'More for the tasks whose loss fell least from epoch to epoch (Liu 2019).',
    },
    random: {
      title: 'Random',
      line: 'Draws new weights by lot in each step: the one that others must beat (Lin 2022).',
    },
    gradnorm: {
      title: 'GradNorm',
      line: 'Evens out the gradients’ lengths, so that the tasks train at like rates (Chen 2018).',
    },
    famo: {
      title: 'FAMO',
      line: 'Moves weight to the tasks that gained least by the step before (Liu 2023).',
    },
    pcgrad: {
      title: 'PCGrad',
      line: 'Takes out of each gradient what points against another (Yu 2020).',
    },
    cagrad: {
      title: 'CAGrad',
      line: 'Stays near the mean gradient and helps the worst-served task most (Liu 2021).',
    },
    mgda: {
      title: 'MGDA',
      line: 'Takes the gradients’ shortest mixture, which lowers every loss alike (Sener 2018).',
    },
    'imtl-g': {
      title: 'IMTL-G',
      line: 'An update that goes equally far along every gradient’s direction (Liu 2021).',
    },
    'nash-mtl': {
      title: 'Nash-MTL',
      line: 'Lets the tasks bargain: the product of their gains is largest (Navon 2022).',
    },
    upgrad: {
      title: 'UPGrad',
      line: 'Projects each gradient to where it harms no task, and averages (Quinton 2024).',
    },
    'aligned-mtl': {
      title: 'Aligned-MTL',
      line: 'Sets the gradients at right angles and makes them equally long (Senushkin 2023).',
    },
  },

  sources: {
    byPath: (/** @type {string} */ path) =>
      `${path}: a page cannot read files by path; import the file instead.`,
    read: (/** @type {number} */ sentences, /** @type {string} */ filename) =>
      `${count(sentences, 'sentence')} read from ${filename}.`,
    undo: 'Undo',
  },

  notices: {
    dismiss: 'Dismiss this message',
  },

  bar: {
    label: 'Training',
    train: 'Train',
    again: 'Train again',
    pause: 'Pause',
    step: 'Step',
    reset: 'Reset',
    speed: 'Speed',
    speeds: { 0: 'full speed', 500: '2 steps a second', 1500: '40 steps a minute' },
    epoch: 'Epoch',
    stepCount: 'Step',
    loss: 'Loss',
    epochDone: (/** @type {number} */ epoch, /** @type {number} */ epochs, /** @type {string} */ total) =>
      `Epoch ${epoch} of ${epochs}: total loss ${total}.`,
    evaluated: (/** @type {number} */ epoch, /** @type {boolean} */ training, /** @type {string} */ figures) =>
      `Epoch ${epoch}, ${training ? 'training' : 'held-out'} accuracy: ${figures}.`,
    cannot: 'This browser cannot train; what plays is a recording.',
    unreachable: 'The encoder is not here; Train asks for it again.',
    comparing: 'Weightings are being compared, and this run waits: Cancel, at the comparison, ends that.',
    queuedTrain: 'The training starts as soon as the encoder is here.',
    queuedStep: 'The step starts as soon as the encoder is here.',
    replaying: 'A recorded run, until the encoder is here and yours begins.',
    replayPaused: 'The recording is paused.',
    replayOver: 'That was a recorded run. Yours begins when the encoder is here.',
    preparing: 'Preparing the run…',
    staleSentencesTraining: 'Sentences changed: Reset starts over with them.',
    staleSentences: 'Sentences changed: Train starts over with them.',
    staleSettingsMidway: 'Settings changed: Reset applies them, Train goes on with the old ones.',
    staleSettings: 'Settings changed: Train starts over with them.',
    away: 'Train fetches the encoder and starts.',
    loading: 'The encoder is on its way. Look at the sentences meanwhile.',
    none: 'Train prepares the run and starts it.',
    ready: 'Ready. Train goes to the end, Step takes one batch.',
    measuring: 'Measuring…',
    paused: (/** @type {number} */ step) => `Paused after step ${step}.`,
    lastStep: 'The last step is done; Train measures it.',
    ended: 'Done. Try a sentence, or change something and train again.',
    stopped: 'Stopped. Reset starts over.',
    training: 'Training…',
    pace: (/** @type {string} */ seconds, /** @type {number} */ left) =>
      `Training: ${seconds} s a step, about ${left < 90 ? `${Math.max(1, Math.round(left))} s` : `${Math.round(left / 60)} min`} left.`,
  },

  encoder: {
    title: 'Encoder',
    bar: 'Encoder download',
    away: 'not fetched yet',
    fetch: 'Fetch it',
    cancel: 'Cancel',
    retry: 'Retry',
    waiting: 'waiting…',
    reading: (/** @type {string} */ received, /** @type {string} */ total, /** @type {number} */ percent) =>
      `reading ${received} of ${total} MB, ${percent} %`,
    downloading: (/** @type {string} */ received, /** @type {string} */ total, /** @type {number} */ percent) =>
      `downloading ${received} of ${total} MB, ${percent} %`,
    cached: (/** @type {string} */ total) => `${total} MB, from this browser’s cache`,
    downloaded: (/** @type {string} */ total) => `${total} MB, downloaded`,
    notHere: 'not here',
    useless: 'not fetched: it could not be used',
    threads: (/** @type {number} */ threads) => count(threads, 'thread'),
    parameters: (/** @type {number} */ trainable, /** @type {number} */ all) =>
      `${n.grouped(trainable)} of ${n.grouped(all)} parameters train`,
  },
};
