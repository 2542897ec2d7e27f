// Everything that the element says, in English. A section is a view's, or a module's of lab/.

import { MOST_CLASSES, MOST_CLASSES_IN_ALL, MOST_TASKS } from '../lab/recipe/limits.js';
import { numbers } from '../ui/numbers.js';

const n = numbers('en-GB');
/** @param {number} count @param {string} one @param {string} [many] */
const count = (count, one, many = `${one}s`) => `${n.grouped(count)} ${count === 1 ? one : many}`;

export default {
  /** The language's tag. */
  tag: 'en',
  n,

  /** The sentence of an error or a warning. @type {(message: import('../types.js').Message) => string} */
  sentence: ({ message }) => message,

  lab: {
    forgetful: 'This browser cannot store your sentences: they will be lost when the page is reloaded.',
    nothingHeldOut:
      'No sentences are held out, so there is nothing to compare on: set Held out, under More settings, to about 0.25.',
    otherSentences: 'Comparison stopped: the sentences have changed.',
    comparisonCancelled: 'Cancelled. The finished runs are in the table.',
    comparisonBroken: 'Comparison stopped.',
    taskGone: (/** @type {string} */ task) => `The task “${task}” no longer exists: the sentences have changed.`,
    notLoaded: (/** @type {string} */ part) => `“${part}” could not be loaded; check the connection and try again.`,
    retry: 'Retry',
    cancel: 'Cancel',
    silent: 'Nothing of the encoder has arrived for 10 s: the connection may be lost, or another tab is fetching it. What is here stays.',
    useEncoder: (/** @type {string} */ name) => `Use ${name}`,
    crashed: (/** @type {string} */ why) =>
      `The training worker crashed (${why}) and was replaced. Your sentences and settings are still here, and Train starts again from the first step. If memory ran out, try a smaller batch size.`,
    replacing: (/** @type {string} */ why) => `The training worker crashed (${why}) and is being replaced…`,
    notStarted: (/** @type {string} */ why) =>
      `The training code could not be started (${why}); reload the page to try again.`,
  },

  attributes: {
    choice: (/** @type {string} */ name, /** @type {string} */ value, /** @type {readonly string[]} */ choices) =>
      `The attribute ${name}="${value}" must be one of: ${choices.join(', ')}.`,
    view: (/** @type {string} */ value, /** @type {readonly string[]} */ choices) =>
      `The attribute views names “${value}”, which is not a view. The views are: ${choices.join(', ')}.`,
    whole: (/** @type {string} */ name, /** @type {string} */ value, /** @type {number} */ least) =>
      `The attribute ${name}="${value}" must be a whole number, ${least} or more.`,
    unknown: (/** @type {string} */ name, /** @type {string} */ meant, /** @type {readonly string[]} */ all) =>
      `There is no attribute ${name}; did you mean ${meant}? The attributes are: ${all.join(', ')}.`,
    tasks: (/** @type {string} */ value, /** @type {readonly string[]} */ columns) =>
      `The attribute tasks names “${value}”, which is not a label column. The label columns are: ${columns.join(', ')}.`,
  },

  support: {
    lacks: (/** @type {string} */ what) =>
      `This browser has no ${what}, which training needs. Current versions of Chrome, Edge, Firefox and Safari (from 16.4) have it.`,
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

  /** The ways to make one update from several tasks. The papers are named in src/weighting/. */
  weightings: {
    sum: {
      title: 'Sum',
      line: 'Adds up the losses, as the notebook does.',
    },
    uncertainty: {
      title: 'Uncertainty',
      line: 'Learns how noisy each task is and gives noisy tasks less weight (Kendall 2018).',
    },
    dwa: {
      title: 'Dynamic average',
      line: 'Gives more weight to tasks whose loss fell least from epoch to epoch (Liu 2019).',
    },
    random: {
      title: 'Random',
      line: 'Draws random weights in each step: the baseline that the others must beat (Lin 2022).',
    },
    gradnorm: {
      title: 'GradNorm',
      line: 'Balances the lengths of the gradients, so that the tasks train at similar rates (Chen 2018).',
    },
    famo: {
      title: 'FAMO',
      line: 'Gives more weight to tasks that improved least in the last step (Liu 2023).',
    },
    pcgrad: {
      title: 'PCGrad',
      line: 'Removes from each gradient the part that points against another (Yu 2020).',
    },
    cagrad: {
      title: 'CAGrad',
      line: 'Stays near the mean gradient, but helps the task that gains least from it (Liu 2021).',
    },
    mgda: {
      title: 'MGDA',
      line: 'Takes the shortest weighted mean of the gradients, which lowers every loss equally (Sener 2018).',
    },
    'imtl-g': {
      title: 'IMTL-G',
      line: 'Moves equally far in the direction of every gradient (Liu 2021).',
    },
    'nash-mtl': {
      title: 'Nash-MTL',
      line: 'Lets the tasks bargain: maximises the product of their gains (Navon 2022).',
    },
    upgrad: {
      title: 'UPGrad',
      line: 'Projects each gradient so that it harms no task, then takes the mean (Quinton 2024).',
    },
    'aligned-mtl': {
      title: 'Aligned-MTL',
      line: 'Makes the gradients orthogonal and equally long (Senushkin 2023).',
    },
  },

  sources: {
    byPath: (/** @type {string} */ path) =>
      `${path}: a page cannot read files by path; open the file instead.`,
    read: (/** @type {number} */ sentences, /** @type {string} */ filename) =>
      `${count(sentences, 'sentence')} read from ${filename}.`,
    crowded: (/** @type {string[]} */ tasks) =>
      `This page opens at most ${MOST_TASKS} tasks, with at most ${n.grouped(MOST_CLASSES)} classes in one task and ${n.grouped(MOST_CLASSES_IN_ALL)} in all. Not opened: ${tasks.join(', ')}.`,
    undo: 'Undo',
    found: 'Your sentences from an earlier visit have only now been found. They are kept, and so are your edits since then.',
    openFound: 'Open them',
    inOtherTab: 'Another tab has changed these sentences. They are kept, and edits here are kept beside them.',
    beside: 'Another tab has changed these sentences too. Its edits are kept beside yours, and the next visit offers both.',
  },

  sentences: {
    title: 'Sentences',
    line: 'Each column of labels is a task. Change any cell. A sentence without a label is left out of that task.',
    presets: 'Built-in sentences',
    labels: 'Labels of the notebook’s sentences',
    sensible: 'sensible labels',
    random: 'random, as in the notebook',
    table: 'Sentences and labels',
    row: 'Row',
    text: 'Sentence',
    textOf: (/** @type {number} */ row) => `Sentence ${row}`,
    removeColumn: 'Remove',
    remove: (/** @type {number} */ row) => `Remove sentence ${row}`,
    editTask: 'Rename or remove this task and its classes',
    labelOf: (/** @type {string} */ task, /** @type {number} */ row) => `${task} of sentence ${row}`,
    newClass: 'New class…',
    newClassOf: (/** @type {string} */ task) => `New class of ${task}`,
    heldOut: 'Held out: never used for training, only for evaluation.',
    rowHeldOut: (/** @type {number} */ row) => `${row}, held out`,
    rowInBatch: (/** @type {string} */ row) => `${row}, in the batch`,
    countOf: (/** @type {number} */ sentences, /** @type {number} */ tasks) =>
      `${count(sentences, 'sentence')}, ${count(tasks, 'task')}`,
    heldOutCount: (/** @type {number} */ rows) => `${n.grouped(rows)} held out`,
    inBatchCount: (/** @type {number} */ rows) => `${n.grouped(rows)} in the batch`,
    from: (/** @type {string} */ name) => ` · from ${name}`,
    edited: (/** @type {string} */ name) => ` · edited from ${name}`,
    skipTable: 'Skip the table',
    addRow: 'Add sentence',
    addTask: 'Add task',
    freshTask: (/** @type {number} */ number) => `task ${number}`,
    open: 'Open file…',
    paste: 'Paste…',
    undo: 'Undo',
    redo: 'Redo',
    undoEnds: 'The edits before this one are too old to be undone.',
    own: 'Your own sentences: open, drop or paste a CSV, TSV or JSON table with a column of sentences and one column for each task.',
    pasted: (/** @type {string} */ ending) => `pasted text.${ending}`,
    tooBig: (/** @type {string} */ file, /** @type {string} */ size, /** @type {string} */ most) =>
      `${file}: ${size} MB is too large; at most ${most} MB can be read here.`,
    columns: 'Choose columns…',
    check: 'Check your data',
    labelNext: 'Label the next one',
    unreadable: (/** @type {string} */ file) => `${file}: could not be read; was it moved or is it a folder?`,
  },

  painting: {
    title: 'Label by clicking',
    blank: (/** @type {string} */ task) => `no label for ${task}`,
    hint: (/** @type {string} */ task, /** @type {string} */ label) =>
      `Click cells under ${task} ${label ? `to set the label “${label}”` : 'to clear their labels'}, or use ↑ ↓ and Space. Esc stops labelling.`,
    done: (/** @type {number} */ row, /** @type {string} */ label) => `Sentence ${row}: ${label || 'no label'}`,
    find: (/** @type {number} */ classes) => `find one of ${n.grouped(classes)}`,
    findOf: (/** @type {string} */ task) => `Find a class of ${task}`,
  },

  search: {
    choices: 'Classes',
    blank: '— no label',
    create: (/** @type {string} */ label) => `New class “${label}”`,
    more: (/** @type {number} */ left) => `${n.grouped(left)} more: type a part of the name`,
    none: 'No class has this in its name.',
  },

  settings: {
    title: 'Settings',
    newSeed: 'New seed',
    recommended: 'Recommended',
    more: 'More settings',
    by: { losses: 'by losses', gradients: 'by gradients' },
    taskWeights: 'Weight of each task’s loss',
    taskWeight: 'multiplies its loss; usually 1',
    taskWeightWrong: (/** @type {string} */ task) => `The weight of ${task} must be from 0 to 1,000.`,
    whole: (/** @type {string} */ subject, /** @type {string} */ least, /** @type {string} */ most) =>
      `${subject} must be a whole number from ${least} to ${most}.`,
    /** By their names in a recipe. `subject` begins the sentence that asks for a whole number; `wrong` is that of others. */
    fields: {
      epochs: { label: 'Epochs', hint: 'passes over the sentences', subject: 'Epochs' },
      batch_size: { label: 'Batch size', hint: 'sentences in a batch', subject: 'The batch size' },
      learning_rate: {
        label: 'Learning rate',
        hint: 'size of a step',
        wrong: 'The learning rate must be above 0 and at most 10; try 1e-4.',
      },
      freeze: {
        label: 'Keep frozen',
        hint: 'what is not trained',
        choices: {
          none: 'nothing',
          embeddings: 'embeddings',
          'layers:1': 'embeddings, layer 1',
          'layers:2': 'embeddings, layers 1–2',
          'layers:3': 'embeddings, layers 1–3',
          'layers:4': 'embeddings, layers 1–4',
          'layers:5': 'embeddings, layers 1–5',
          encoder: 'whole encoder',
        },
      },
      seed: { label: 'Seed', hint: 'same seed, same run', subject: 'The seed' },
      weighting: { label: 'Weighting', hint: '' },
      held_out: {
        label: 'Held out',
        hint: 'share kept for evaluation, 0 to 0.9',
        wrong: 'The share held out must be from 0 to 0.9.',
      },
      pooling: {
        label: 'Pooling',
        hint: 'token vectors to sentence vector',
        choices: { mean: 'mean of all tokens', cls: '[CLS] token', pooler: 'BERT’s pooler' },
      },
      optimizer: { label: 'Optimizer', hint: 'the update rule', choices: { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' } },
      head_learning_rate: {
        label: 'Heads’ learning rate',
        hint: 'empty: same as the encoder’s',
        wrong: 'The heads’ learning rate must be above 0 and at most 10, or empty.',
      },
      weight_decay: { label: 'Weight decay', hint: 'pulls weights towards 0', wrong: 'The weight decay must be 0 or more.' },
      schedule: {
        label: 'Schedule',
        hint: 'how the learning rate changes',
        choices: { constant: 'constant', linear: 'linear to 0', cosine: 'cosine to 0' },
      },
      warmup: { label: 'Warm-up', hint: 'steps with a rising rate', subject: 'The warm-up' },
      max_grad_norm: {
        label: 'Clip gradients at',
        hint: 'empty: no clipping',
        wrong: 'The gradients’ largest norm must be above 0, or empty.',
      },
      dropout: { label: 'Dropout', hint: 'share of values set to 0', wrong: 'Dropout must be at least 0 and below 1.' },
      label_smoothing: {
        label: 'Label smoothing',
        hint: 'share spread over all classes',
        wrong: 'Label smoothing must be at least 0 and below 1.',
      },
      class_weights: {
        label: 'Class weights',
        hint: 'how much a rare class counts',
        choices: { none: 'all equal', balanced: 'balanced' },
      },
      gradient_accumulation_steps: { label: 'Batches per step', hint: 'their gradients are added', subject: 'The number of batches per step' },
      tasks_per_step: { label: 'Tasks per step', hint: 'in turn; empty: all', subject: 'The number of tasks per step, if given,' },
      gradual_unfreezing: {
        label: 'Unfreeze gradually',
        hint: 'epochs until the next layer, from the top; empty: all at once',
        subject: 'The number of epochs until the next layer, if given,',
      },
      early_stopping_patience: {
        label: 'Patience',
        hint: 'epochs without improvement; empty: train to the end',
        subject: 'The patience, if given,',
      },
      load_best_model_at_end: { label: 'Back to the best epoch', hint: 'at the end of the run' },
      metric_for_best_model: {
        label: 'Best epoch by',
        hint: 'on the held-out sentences',
        choices: { loss: 'lowest loss', accuracy: 'accuracy', macro_f1: 'macro-F1' },
      },
      max_length: { label: 'Maximum length', hint: 'in tokens; the rest is cut off', subject: 'The maximum length' },
      shuffle: { label: 'Shuffle', hint: 'a new order each epoch' },
      reproducible: {
        label: 'Same bits everywhere',
        hint: 'in every browser, on every machine: slower, without fused multiply-add',
      },
    },
  },

  model: {
    title: 'Your model',
    line: 'The code asks it the sentence that you tried last.',
    soon: 'From the first step on, you can download it here.',
    python: 'In Python',
    page: 'In a page of your own',
    command: 'On the command line',
  },

  share: {
    title: 'Share this run',
    line: 'Settings, seed and sentences are in the link itself; nothing is uploaded.',
    reproducible: 'Same bits in every browser',
    slower: 'about a quarter slower',
    link: 'Link to this run',
    copy: 'Copy',
    copied: 'Copied',
    byHand: 'Selected: copy it with your keyboard.',
    size: (/** @type {string} */ characters) => `${characters} characters`,
    tooMuch: 'So many sentences make no link: take the recipe file along.',
    long: (/** @type {string} */ characters) =>
      `${characters} characters: some programs cut off links this long. The recipe file is safer.`,
    files: 'Files',
    recipe: 'Recipe (JSON)',
    csv: 'Sentences (CSV)',
    command: 'On the command line, with the recipe',
    needsModel: (/** @type {string} */ file) => `Whoever repeats this run needs the model ${file}.`,
    needsFiles: (/** @type {string} */ name) => `Whoever repeats this run needs the files of your encoder ${name}.`,
    tag: 'On your own page',
    tagWithFile: 'On your own page, beside the recipe',
  },

  link: {
    kept: 'A link replaced your sentences and settings; Undo brings them back.',
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
    speeds: { 0: 'fast', 500: 'slow', 1500: 'slower' },
    epoch: 'Epoch',
    stepCount: 'Step',
    loss: 'Loss',
    epochDone: (/** @type {number} */ epoch, /** @type {number} */ epochs, /** @type {string} */ total) =>
      `Epoch ${epoch} of ${epochs}: total loss ${total}.`,
    evaluated: (/** @type {number} */ epoch, /** @type {boolean} */ training, /** @type {string} */ figures) =>
      `Epoch ${epoch}, ${training ? 'training' : 'held-out'} accuracy: ${figures}.`,
    cannot: 'This browser cannot train; you see a recorded run.',
    cannotAtAll: 'This browser cannot train.',
    unreachable: 'The encoder could not be fetched; Train tries again.',
    comparing: 'This run waits until “Compare weightings” is done or cancelled.',
    queuedTrain: 'Training starts as soon as the encoder is here.',
    queuedStep: 'The step starts as soon as the encoder is here.',
    replaying: 'A recorded run plays until the encoder is here; then yours begins.',
    replayingAway: 'A recorded run. Yours begins when you fetch the encoder.',
    replayPaused: 'The recording is paused.',
    replayOverAway: 'That was a recorded run. Yours begins when you fetch the encoder.',
    replayOver: 'That was a recorded run. Yours begins when the encoder is here.',
    preparing: 'Preparing the run…',
    resuming: (/** @type {number} */ step) => `Going on where it stopped: step ${n.grouped(step)}.`,
    staleSentencesTraining: 'Sentences changed: Reset starts over with them.',
    staleSentences: 'Sentences changed: Train starts over with them.',
    staleSettingsMidway: 'Settings changed: Reset applies them, Train continues with the old ones.',
    staleSettings: 'Settings changed: Train starts over with them.',
    away: 'Train fetches the encoder and starts.',
    loading: 'The encoder is downloading. Meanwhile, look at the sentences.',
    none: 'Train prepares the run and starts it.',
    ready: 'Ready. Train runs to the end, Step trains on one batch.',
    measuring: 'Measuring…',
    paused: (/** @type {number} */ step) => `Paused after step ${step}.`,
    lastStep: 'The last step is done; Train evaluates the model.',
    ended: 'Done. Try a sentence, or change something and train again.',
    endedWith: (/** @type {string} */ verdicts) => `Done. ${verdicts}.`,
    judged: (/** @type {string} */ verdict, /** @type {string[]} */ tasks, /** @type {number} */ all) =>
      `${verdict}: ${tasks.join(', ')}${all > tasks.length ? ` and ${all - tasks.length} more` : ''}`,
    verdicts: {
      learned: 'Learned',
      memorised: 'Memorised',
      not_better: 'No better than the commonest answer',
      not_learned: 'Nothing learned',
      diverged: 'Diverged',
      too_few: 'Too few held-out sentences to tell',
      nothing_held_out: 'Nothing held out',
      no_labels: 'No labels',
    },
    stopped: 'Stopped. Reset starts over.',
    contrastive: (/** @type {number} */ step, /** @type {number} */ steps) =>
      `Bringing sentences of a class together: step ${step} of ${steps}`,
    training: 'Training…',
    pace: (/** @type {string} */ seconds, /** @type {number} */ left) =>
      `Training: ${seconds} s a step, about ${left < 90 ? `${Math.max(1, Math.round(left))} s` : `${Math.round(left / 60)} min`} left.`,
  },

  loop: {
    title: 'The loop',
    about: 'Step runs one batch through it; each line lights up while it is executed.',
    moves: 'The five phases of a step',
    phases: { batch: 'batch', forward: 'forward', losses: 'losses', backward: 'backward', update: 'update' },
    python: 'The notebook: Python with PyTorch',
    rust: 'The same here: Rust with Polytask',
    same: 'backward() adds to each parameter’s gradient, so the notebook must set the gradients back to zero before each step. take_gradients removes them, so nothing is left to zero. Polytask’s tests compile these Rust lines and check that they give the same parameters, bit for bit, as the trainer that runs here. The trainer adds the schedule, the weighting and the reports.',
    weighted: 'This run uses a weighting: it replaces the line that adds up the losses, and each task’s factor may change from step to step.',
    epoch: (/** @type {number} */ epoch) => `epoch ${epoch}`,
    step: (/** @type {number} */ step) => `step ${step}`,
    batch: (/** @type {number} */ sentences, /** @type {number} */ tokens) =>
      `${count(sentences, 'sentence')}, ${count(tokens, 'token')}`,
    rate: (/** @type {string} */ rate) => `learning rate ${rate}`,
    noLabels: (/** @type {string} */ task) => `no sentence in the batch has a label for ${task}`,
    said: (/** @type {number} */ step, /** @type {string} */ losses, /** @type {string} */ total) =>
      `Step ${step} is done. Losses: ${losses}; total ${total}.`,
  },

  steps: {
    title: 'One task at a time',
    about: 'A step on one task uses only that task’s gradient, in the shared encoder too. The other heads do not change.',
    /** Around the task's name. */
    only: ['Step on', 'only'],
    onlyTitle: (/** @type {string} */ task) => `A step on ${task} only`,
    all: (/** @type {number} */ tasks) => (tasks === 2 ? 'Step on both' : `Step on all ${tasks}`),
    allTitle: 'A step on all tasks together, as in training',
    losses: (/** @type {number} */ step) => `Losses before step ${step}:`,
    none: 'No step yet.',
  },

  gradients: {
    title: 'Gradients',
    measure: 'Measure gradients',
    whichTwo: 'Which two tasks',
    task: (/** @type {'A' | 'B'} */ letter) => `Task ${letter}`,
    combined: 'combined',
    combinedWhat: 'the gradients of all tasks, combined by the weighting: Σ w·g',
    step: 'step',
    stepWhat: 'the step taken, as −Δθ: only its direction, not its length',
    layers: 'Cosine, layer by layer',
    against: '−1 opposite',
    along: 'same direction +1',
    steps: 'Cosine, step by step',
    cosine: 'cosine',
    chartEmpty: 'Cosine of the angle between the two gradients, by step. No steps yet.',
    chart: (/** @type {string} */ a, /** @type {string} */ b, /** @type {number} */ step, /** @type {string} */ cosine) =>
      `Cosine of the angle between the gradients of ${a} and ${b}, by step. Step ${step}: ${cosine}.`,
    oneTask: 'With a single task there is no second gradient to compare.',
    hintOn: 'Train or take a step: the next step draws the arrows.',
    hintOff: 'Turn on “Measure gradients”, then train or take a step.',
    noneYet: 'none measured yet',
    notMeasured: 'not measured',
    ofStep: (/** @type {number} */ step) => `step ${step}`,
    shown: (/** @type {string} */ remark, /** @type {number} */ step) => `${remark} Shown: step ${step}`,
    notBoth: (/** @type {number} */ step) => `Step ${step} did not train both tasks.`,
    nothingShared: (/** @type {number} */ step) =>
      `Nothing to measure in step ${step}: no shared parameter was trained.`,
    arrowsEmpty: 'Arrows of two tasks’ gradients. None measured yet.',
    arrows: (/** @type {string} */ a, /** @type {string} */ b, /** @type {number} */ step, /** @type {string} */ verdict) =>
      `Arrows of the gradients of ${a} and ${b} in step ${step}. ${verdict} The numbers are in the table beside it.`,
    /** One for each kind of angle; see kindOf() in views/gradient-figures.js. */
    verdicts: {
      conflict: {
        says: (/** @type {string} */ angle) => `Conflict: ${angle} apart.`,
        means:
          'A small step against one task’s gradient raises the other task’s loss. This matters when it lasts for many steps and one task’s loss stops falling: the longer gradient then decides the direction of the step.',
      },
      independent: {
        says: (/** @type {string} */ angle) => `Nearly independent: ${angle} apart.`,
        means: 'From 85° to 95°, a small step against one task’s gradient hardly changes the other task’s loss.',
      },
      noConflict: {
        says: (/** @type {string} */ angle) => `No conflict: ${angle} apart.`,
        means: 'A small step against one task’s gradient lowers the other task’s loss too.',
      },
    },
    band: 'Shaded: nearly independent, from 85° to 95°. Single steps below the shaded band are common; many in a row mean that the tasks conflict.',
    tableCaption: (/** @type {string} */ a, /** @type {string} */ b) => `Gradients of ${a} and ${b}`,
    norm: 'Length ‖g‖',
    weight: 'Weight w',
    change: 'First-order change of its loss',
    cosineOf: 'Cosine',
    combinedNorm: 'Combined length ‖Σ w·g‖',
    stepNorm: 'Length of the step ‖Δθ‖',
    noRate: '0 (learning rate 0)',
    share: 'Share of the step in this plane',
  },

  interference: {
    title: 'Interference',
    measure: 'Measure',
    measuring: 'Measuring…',
    explains:
      'Each row is one step on that task alone. Each column shows how much the step changes that task’s loss on the same sentences: below 0 it helps, above 0 it hurts. Each step is measured, then undone; the run does not change.',
    noRun: 'needs a run of your own: press Train or Step',
    notYet: 'not measured yet',
    measured: (/** @type {number} */ step, /** @type {string} */ rate) =>
      `after step ${step}, on the next batch, at the full learning rate ${rate}; then undone`,
    tableCaption:
      'Change of each task’s loss (columns) by one step on one task alone (rows). Below 0 the step helps, above 0 it hurts.',
    corner: 'a step on ↓ changes →',
    helps: 'helps',
    hurts: 'hurts',
    nothing: 'nothing',
    diverged: 'diverged',
  },

  sharing: {
    title: 'Does sharing help here?',
    about: 'Trains each task alone and all together, with your settings, on the same split and with the same seeds.',
    start: 'Find out',
    task: 'task',
    alone: 'alone',
    together: 'together',
    gain: 'gain in points',
    range: (/** @type {string} */ mean, /** @type {string} */ low, /** @type {string} */ high) => `${mean} (${low} to ${high})`,
    helps: (/** @type {string} */ gain, /** @type {number} */ seeds) =>
      `Yes: together the tasks gain ${gain} points of accuracy on average, with ${seeds} seeds.`,
    hurts: (/** @type {string} */ gain, /** @type {number} */ seeds) =>
      `No, it hurts: together the tasks change by ${gain} points of accuracy on average, with ${seeds} seeds. Train them apart.`,
    unclear: (/** @type {string} */ gain, /** @type {number} */ seeds) =>
      `Not clear: together the tasks change by ${gain} points of accuracy on average, with ${seeds} seeds. Zero lies in that range; one shared encoder is smaller and faster.`,
    oneSeed: (/** @type {string} */ gain) => `One seed cannot tell: ${gain} points of accuracy on average. Take three or more.`,
    delta: (/** @type {string} */ mean, /** @type {string} */ deviation) => `Δm ${mean} ± ${deviation} %.`,
    old: 'The answer was for earlier sentences or settings: find out again.',
    oneTask: 'It takes two tasks at least.',
    none: 'The ranges will be 95 % confidence intervals over the seeds.',
  },

  compare: {
    title: 'Compare weightings',
    about: 'Trains each weighting from the start, with your settings, on the same split and with the same seeds. Your run waits meanwhile.',
    weightings: 'Weightings',
    seeds: 'Seeds',
    compare: 'Compare',
    cancel: 'Cancel',
    bar: 'Runs of the comparison',
    chooseOne: 'Choose at least one weighting.',
    plan: (/** @type {number} */ runs, /** @type {number} */ seeds, /** @type {number} */ weightings) =>
      `${runs} runs: ${seeds > 1 ? `for each of ${seeds} seeds ` : ''}the linear probe, each task alone, and ${weightings === 1 ? 'the weighting' : `${weightings} weightings`}.`,
    noEncoder: 'They can begin when the encoder is here.',
    progress: (/** @type {number} */ done, /** @type {number} */ all) => `${done} of ${all} runs done`,
    only: (/** @type {string} */ task) => `only ${task}`,
    last: (/** @type {string} */ name, /** @type {number} */ seed) => `; the last: ${name}, seed ${seed}.`,
    done: (/** @type {number} */ runs, /** @type {number} */ seeds) =>
      `All ${runs} runs are done${seeds === 1 ? '; with one seed, a difference may be chance' : ''}.`,
    failed: (/** @type {string} */ why) => `Some runs failed and are left out: ${why}`,
    scale: 'Held-out accuracy in per cent; all charts have the same scale',
    keyDot: 'one seed',
    keyMean: 'mean of the seeds',
    keyAlone: 'each task alone',
    keyMajority: 'commonest class (known at the end)',
    dot: (/** @type {number} */ seed, /** @type {string} */ accuracy) => `seed ${seed}: ${accuracy}`,
    noneYet: 'no run yet',
    said: (
      /** @type {string} */ task,
      /** @type {string} */ mean,
      /** @type {string} */ least,
      /** @type {string} */ most,
      /** @type {number} */ seeds,
    ) => `${task} ${mean}${seeds > 1 ? ` (${seeds} seeds, ${least} to ${most})` : ''}`,
    caveat:
      'A well-tuned sum of the losses often matches or beats the other weightings (Kurin et al. 2022; Xin et al. 2022). Differences smaller than the deviations mean nothing, and with one seed no difference does. Δm is the mean relative gain in accuracy over each task alone.',
    asTable: 'As a table',
    table: 'Comparison',
    tableCaption:
      'Held-out accuracy of each way to train (mean and deviation over the seeds), macro-F1 below it, and the mean relative gain over each task alone',
    corner: 'accuracy, macro-F1',
    deltaTitle: 'mean relative gain in accuracy over each task alone',
    someSeeds: (/** @type {number} */ finished, /** @type {number} */ seeds) => `, ${finished} of ${seeds} seeds`,
    measure: 'the reference',
    titles: { majority: 'Commonest class', linear_probe: 'Linear probe', single_task: 'Each task alone' },
    lines: {
      majority: 'always the same answer',
      linear_probe: 'only the heads train',
      single_task: 'one encoder per task',
    },
    together: 'all tasks together',
  },

  encoder: {
    title: 'Encoder',
    bar: 'Encoder download',
    away: (/** @type {string} */ megabytes) => (megabytes ? `not fetched yet, ${megabytes} MB` : 'not fetched yet'),
    fetch: 'Fetch it',
    cancel: 'Cancel',
    retry: 'Retry',
    change: 'Change…',
    opened: (/** @type {string} */ total) => `${total} MB, from your files`,
    waiting: 'waiting…',
    reading: (/** @type {string} */ received, /** @type {string} */ total, /** @type {number} */ percent) =>
      `reading ${received} of ${total} MB, ${percent} %`,
    downloading: (/** @type {string} */ received, /** @type {string} */ total, /** @type {number} */ percent) =>
      `downloading ${received} of ${total} MB, ${percent} %`,
    arriving: (/** @type {string} */ rate, /** @type {number} */ left) =>
      `, ${rate} MB/s, ${left < 90 ? `${left} s` : `${Math.round(left / 60)} min`} left`,
    silent: (/** @type {string} */ received, /** @type {string} */ total) => `nothing for 10 s, ${received} of ${total} MB are here`,
    cached: (/** @type {string} */ total) => `${total} MB, from this browser’s cache`,
    downloaded: (/** @type {string} */ total) => `${total} MB, downloaded`,
    notHere: 'could not be fetched',
    useless: 'not fetched: this browser cannot train',
    threads: (/** @type {number} */ threads) => count(threads, 'thread'),
    parameters: (/** @type {number} */ trainable, /** @type {number} */ all) =>
      `${n.grouped(trainable)} of ${n.grouped(all)} parameters train`,
  },

  /** Of every chart. */
  chart: {
    role: 'chart',
    table: 'As a table',
    before: 'previous run',
    recorded: 'recorded run',
    empty: 'nothing yet',
  },

  losses: {
    title: 'Losses',
    lead: 'Cross-entropy of each batch, before its step. Training lowers the total.',
    chart: 'Loss of each task and their total, by step.',
    total: 'total',
    xName: 'step',
    epoch: (/** @type {number} */ epoch) => `epoch ${epoch}`,
    step: (/** @type {number | undefined} */ step) => (step === undefined ? 'No step yet' : `Step ${step}`),
    factors: (/** @type {string} */ factors) => `The weighting multiplies them in the update: ${factors}.`,
    mean: (/** @type {number} */ epoch, /** @type {string} */ losses, /** @type {string} */ total) =>
      `Mean of epoch ${epoch}: ${losses}, total ${total}.`,
  },

  accuracy: {
    title: 'Accuracy',
    lead: 'Share of sentences classified correctly: held-out ones after each epoch, training ones during it.',
    chart: 'Accuracy of each task, by epoch.',
    xName: 'epoch',
    training: (/** @type {string} */ task) => `${task}, training`,
    heldOut: (/** @type {string} */ task) => `${task}, held out`,
    told: (/** @type {number} */ epoch, /** @type {boolean} */ heldOut, /** @type {string} */ figures) =>
      `Epoch ${epoch}, ${heldOut ? 'held out' : 'training'}: ${figures}.`,
  },

  log: {
    title: 'Log',
    lead: 'This run, printed as the notebook prints it.',
    label: 'Log of the run',
    empty: 'Nothing yet. Each epoch of your run prints its losses and accuracies here.',
    copy: 'Copy',
    copied: 'Copied',
    notCopied: 'Not copied',
  },

  results: {
    title: 'Right and wrong',
    which: 'Which sentences',
    splits: { validation: 'held out', train: 'training' },
    after: (/** @type {number} */ epoch) => `after epoch ${epoch}`,
    sample: (/** @type {string} */ n) => `, on ${n} of them, drawn at random`,
    notYet: 'not measured yet',
    right: (/** @type {string} */ percent) => `${percent} correct`,
    noLabels: 'no labels',
    baseline: (/** @type {string} */ percent, /** @type {string} */ label, /** @type {string} */ f1) =>
      `Always predicting “${label}” gives ${percent}. Macro-F1 ${f1}.`,
    interval: (/** @type {string} */ low, /** @type {string} */ high) => `95 % interval: ${low} to ${high}`,
    reliability: (/** @type {string} */ error) => `Calibration error ${error}`,
    reliabilityLine:
      'Across: confidence of the answers. Up: how many of them are correct. On the diagonal the two agree; below it the model is too sure.',
    bin: (/** @type {number} */ answers, /** @type {string} */ confidence, /** @type {string} */ correct) =>
      `${count(answers, 'answer')} with ${confidence}: ${correct} correct.`,
    change: 'Set it',
    changed: 'Set',
    matrix: (/** @type {string} */ task) =>
      `Confusion matrix of ${task}: rows are true classes, columns are predicted classes`,
    corner: 'true ↓ predicted →',
    confusions: 'Most frequent confusions',
    confusionsOf: (/** @type {string} */ label) => `Predictions with “${label}”`,
    truth: 'true',
    predicted: 'predicted',
    count: 'sentences',
    classOf: (/** @type {string} */ task) => `A class of ${task} to look at`,
    findClass: (/** @type {number} */ classes) => `look at one of ${n.grouped(classes)} classes`,
    recall: (/** @type {string} */ right, /** @type {number} */ all) => `${right} of ${count(all, 'sentence')} of this class correct`,
    moreCells: (/** @type {number} */ left) => `… and ${n.grouped(left)} more`,
    noCells: 'There are none.',
    rightly: (/** @type {string} */ label) => `${label}, predicted correctly`,
    taken: (/** @type {string} */ label, /** @type {string} */ said) => `${label}, predicted as ${said}`,
    mistakes: (/** @type {string} */ task) => `Misclassified sentences of ${task}`,
    noMistakesYet: 'Misclassified sentences will be listed here.',
    wrong: (/** @type {number} */ told, /** @type {number} */ wrong) =>
      wrong === 0
        ? 'No sentence was misclassified.'
        : told < wrong
          ? `${n.grouped(wrong)} misclassified; the ${n.grouped(told)} most confident mistakes`
          : `${n.grouped(wrong)} misclassified, the most confident mistakes first`,
    picked: (/** @type {number} */ count, /** @type {string} */ label, /** @type {string} */ said) =>
      `${n.grouped(count)} × ${label}, predicted as ${said}`,
    unpick: 'Show the others too',
    all: (/** @type {number} */ count) => `Show all ${n.grouped(count)}`,
    fewer: 'Show fewer',
    verdict: (/** @type {string} */ label, /** @type {string} */ said, /** @type {string} */ percent) =>
      `${label}, predicted as ${said} (${percent})`,
    row: (/** @type {number} */ row) => `Sentence ${n.grouped(row)} of the run; it has changed since.`,
  },

  try: {
    title: 'Try a sentence',
    field: 'A sentence to classify',
    own: 'Write a sentence of your own here.',
    classify: 'Classify a file…',
    soon: 'when the encoder is here',
    unprepared: 'when a run is prepared',
    untrained: 'with untrained heads',
    after: (/** @type {number} */ step) => `with the weights after step ${step}`,
    answer: (/** @type {string} */ task, /** @type {string} */ label, /** @type {string} */ percent) =>
      `${task}: ${label}, ${percent}.`,
    whichWords: 'Which words matter',
    whichTask: 'For which task',
    explain: 'Measure again',
    word: 'left out',
    change: 'change in percentage points',
    explains: (/** @type {string} */ label, /** @type {string} */ percent) =>
      `How many percentage points the probability of “${label}” (${percent}) falls when a word is left out: +\u00a0the word supports it, −\u00a0opposes it.`,
    explainsNothing: 'Each word will be shaded by how far the answer’s probability falls without it.',
  },

  diagram: {
    title: 'From the sentence to the answers',
    quoted: (/** @type {string} */ text) => `“${text}”`,
    hintPoint: 'Point at a stage to read what it does.',
    hintStep: 'Step lights up each stage as it runs.',
    tokens: 'Tokens',
    embeddings: 'Embeddings',
    layers: (/** @type {number | undefined} */ layers) => (layers === undefined ? 'L layers' : count(layers, 'layer')),
    pooling: { mean: 'Mean', cls: '[CLS]', pooler: 'Pooler' },
    heads: (/** @type {number} */ heads) => count(heads, 'head'),
    more: (/** @type {number} */ more) => `${n.grouped(more)} more`,
    layersShape: (/** @type {string} */ A, /** @type {string} */ H, /** @type {string} */ F) =>
      `${A} attention heads, ${H}\u00a0→\u00a0${F}\u00a0→\u00a0${H}`,
    tokensSay:
      'The sentence, split into pieces from the vocabulary, each with its number there. [CLS] and [SEP] mark the beginning and the end.',
    tokensCut:
      'The sentence, split into pieces from the vocabulary, each with its number there. It is longer than the settings allow, so its end is cut off.',
    embeddingsSay: (/** @type {string} */ H) =>
      `A table with a row of ${H} numbers for each piece of the vocabulary. Each token gets its row, plus a row for its position in the sentence.`,
    layersSay: (/** @type {string} */ A, /** @type {string} */ H, /** @type {string} */ F) =>
      `In each layer, attention combines every token with all others, in ${A} ways at once (the web). Then a small network changes each token separately, from ${H} numbers to ${F} and back (the lenses).`,
    poolingSays: {
      mean: (/** @type {string} */ H) =>
        `The mean of the token vectors: ${H} numbers for the whole sentence. This is the last stage that the tasks share.`,
      cls: (/** @type {string} */ H) =>
        `The vector of [CLS] represents the whole sentence: ${H} numbers. This is the last stage that the tasks share.`,
      pooler: (/** @type {string} */ H) =>
        `The vector of [CLS] goes through one more linear layer and tanh: ${H} numbers for the sentence. This is the last stage that the tasks share.`,
    },
    headsSay: (/** @type {string} */ H) =>
      `One linear layer for each task: ${H} weights and a bias compute the score of each class, and softmax turns the scores into probabilities. Underlined: the label in the table.`,
    given: (/** @type {string} */ label) => `${label}: the label in the table`,
    givenMark: '(the label in the table)',
    short: (/** @type {number} */ x) => `${x < 1e6 ? n.grouped(x) : `${n.fixed(x / 1e6, 1)}\u00a0M`} parameters`,
    frozen: 'frozen',
    someFrozen: (/** @type {number} */ layers) => `${n.grouped(layers)} frozen`,
    lettersSay:
      'The encoder is not here yet, so letters stand for its sizes: V pieces in its vocabulary, vectors of H numbers, L layers, A attention heads, F numbers in the small network.',
    parameters: (/** @type {number} */ all) => `Where the ${n.grouped(all)} parameters are`,
    kinds: { embeddings: 'embeddings', layer: 'layers', pooler: 'pooler', head: 'heads' },
    idle: 'pooler, unused',
    ofAll: (/** @type {number} */ share) => (share < 0.001 ? `${n.fixed(100 * share, 3)} %` : n.percent(share)),
    batch: (/** @type {number} */ step, /** @type {number} */ sentences, /** @type {number} */ tokens) =>
      `Step ${n.grouped(step)}: a batch of B = ${count(sentences, 'sentence')}, N = ${count(tokens, 'token')} end to end`,
    phases: {
      batch: '',
      forward: '– forward, from the tokens to the scores of every head.',
      losses: '– losses, from each head’s scores and the labels.',
      backward: '– backward, from the losses to the gradient of every parameter.',
      update: '– update, every trained parameter moves a little.',
    },
  },

  map: {
    title: 'The sentences on a map',
    empty:
      'The map is drawn during the run: before the first step, a few times on the way, and after the last step.',
    by: 'Colour by',
    at: (/** @type {number} */ step) => `step ${n.grouped(step)}`,
    slider: 'Step of the training',
    play: 'Play from the start',
    stop: 'Stop',
    some: (/** @type {number} */ shown, /** @type {number} */ all) =>
      `The map shows ${n.grouped(shown)} of the ${n.grouped(all)} sentences, picked evenly from the whole table.`,
    plot: (/** @type {number} */ sentences, /** @type {number} */ step) =>
      `${count(sentences, 'sentence')} at step ${n.grouped(step)}. The arrow keys go from one to the next.`,
    point: (/** @type {string} */ text, /** @type {string} */ labels) => `${text} ${labels}`,
    unlabelled: 'no label',
    heldOut: 'held out',
    gone: 'This sentence has changed since.',
    note: 'Principal components of the sentence vectors of all these steps together. Both axes have one scale, which stays the same at every step; it has no unit.',
    table: 'As a table',
    caption: 'Position of each sentence at the step chosen with the slider',
    sentence: 'Sentence',
    axes: ['1st component', '2nd component'],
  },
};
