// The model as a figure: one sentence's way from its tokens to the answers of all heads, with this run's shapes and
// parameter counts; letters stand for what is not known yet. Stages light up as Step works through them.

import { readAlong, readEdits } from '../lab/run/reading.js';
import { canAnswer } from '../lab/run/select.js';
import { h, oncePerFrame, s, taskColour } from '../ui/dom.js';
import { createAnswers } from './answers.js';
import { embeddingPicture, forkPicture, lanes, layersPicture, poolingPicture } from './flow.js';
import { createParameterStrip } from './parameter-strip.js';
import { createPhaseLights } from './phase-lights.js';

/** @typedef {import('../lab/run/types.js').Tokens} Tokens */
/** @typedef {import('../types.js').Start['model']} Model */

/** The stages from left to right. */
const STAGES = /** @type {const} */ (['tokens', 'embeddings', 'layers', 'pooling', 'heads']);
/** More tokens than this are not drawn: the first, and the last. */
const MOST_TOKENS = 18;
/** How high the pictures are, if the heads do not need more. */
const LEAST_REM = 22;
/** A pointer that passes over sentences asks for none of their tokens. */
const REST_MS = 120;
/** While training moves the weights, the answers follow at most this often. */
const ASK_MS = 1000;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createDiagram(lab) {
  const words = lab.words.diagram;
  const { n } = lab.words;
  const quote = h('p', { dir: 'auto', className: 'flow-sentence', dataset: { part: 'diagram-sentence' } });
  const stages = Object.fromEntries(STAGES.map((name, i) => [name, stage(name, i)]));
  const flow = h('ol', { className: 'flow', dataset: { part: 'flow' } }, ...STAGES.map((name) => stages[name].element));
  const now = h('p', { className: 'flow-now', dataset: { part: 'flow-now' } });
  const strip = createParameterStrip(lab.words);
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'diagram-title', dataset: { part: 'diagram' } },
    h('header', {}, h('h3', { id: 'diagram-title' }, words.title), quote),
    h('div', { className: 'flow-room' }, flow, now, h('div', { className: 'flow-wave', 'aria-hidden': 'true' })),
    strip.element,
  );
  const answers = createAnswers(lab.words);

  /** @type {import('../types.js').Task[]} */
  let tasks = [];
  /** The sentence that the reader points at, and the one that they have pointed at for a moment. */
  let [pointing, pointed] = ['', ''];
  /** @type {Tokens | undefined} */
  let tokens;
  /** The latest question, and when it was asked; the next one waits for its answer. */
  let asked = { what: '', at: -Infinity, open: false };
  let visible = false;
  /** A sentence about the latest batch. */
  let batch = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let askTimer;

  /** @returns {Model | undefined} */
  const modelNow = () => lab.state.started?.event.model;
  const docNow = () => lab.state.document.doc;
  const sentence = () => pointed || docNow()?.table.examples.find(({ text }) => text.trim() !== '')?.text || '';

  /** @type {ReturnType<typeof lanes>} */
  let lanesOfLayers = [];

  const draw = oncePerFrame(() => {
    const text = sentence();
    quote.textContent = text ? words.quoted(text) : '';
    drawTokens(text);
    drawShapes();
    answers.sentence(text, docNow()?.table.examples.find((example) => example.text === text)?.labels ?? {});
    ask();
  });

  /** @param {string} text */
  function drawTokens(text) {
    const known = tokens?.text === text ? tokens : undefined;
    const pieces = known ? known.tokens : text.split(/\s+/).filter(Boolean);
    const cut = pieces.length > MOST_TOKENS;
    const shown = pieces.map((_, i) => i).filter((i) => !cut || i < MOST_TOKENS - 2 || i === pieces.length - 1);
    const entries = cut ? [...shown.slice(0, -1), undefined, ...shown.slice(-1)] : shown;
    const across = lanes(Math.max(1, entries.length)).filter((_, lane) => entries[lane] !== undefined);
    const inTable = modelNow()?.vocab_size;
    const rows = known && inTable ? shown.map((i) => known.ids[i] / inTable) : undefined;
    const chips = entries.map((i) =>
      i === undefined ? rest(pieces.length - shown.length) : chip(shown.indexOf(i), pieces[i], known?.ids[i]),
    );
    const list = h('ul', { className: 'flow-tokens' }, ...chips);
    list.style.setProperty('--count', String(entries.length));
    stages.tokens.picture.replaceChildren(list);
    stages.embeddings.picture.replaceChildren(...embeddingPicture(across, rows));
    lanesOfLayers = across;
    drawLayers();
    stages.pooling.picture.replaceChildren(...poolingPicture(across, pooling() === 'mean'));
    stages.tokens.shape.textContent = known ? `T = ${n.grouped(pieces.length)}` : 'T';
    stages.tokens.says.textContent = known?.cut ? words.tokensCut : words.tokensSay;
    element.dataset.tokens = known ? String(pieces.length) : '';
  }

  // As many lines as all else together: in a frame of their own.
  const drawLayers = oncePerFrame(() => {
    const layers = slabs();
    stages.layers.picture.replaceChildren(
      h('span', { className: 'flow-slabs', 'aria-hidden': 'true' }, ...layers.map(slab)),
      ...layersPicture(lanesOfLayers, layers.map(({ name }) => name !== '')),
    );
  });

  /** @param {number} lane @param {string} piece @param {number | undefined} id */
  const chip = (lane, piece, id) =>
    h(
      'li',
      { dataset: { token: String(lane) } },
      h('span', { className: 'piece', title: piece }, piece),
      ...(id === undefined ? [] : [h('span', { className: 'id' }, String(id))]),
    );

  /** @param {number} left */
  const rest = (left) => h('li', { className: 'rest' }, words.more(left));

  /** The layers by name; without a name, those between. Before the model is known it has some number of them. */
  function slabs() {
    const model = modelNow();
    if (!model) return ['1', '2', '', 'L'].map((name) => ({ name, frozen: false }));
    const { parts } = model;
    return Array.from({ length: model.num_hidden_layers }, (_, i) => ({
      name: String(i + 1),
      frozen: parts[`layer.${i}`]?.trainable === 0,
    }));
  }

  const pooling = () => docNow()?.recipe.pooling ?? 'mean';

  function drawShapes() {
    const model = modelNow();
    const H = model ? n.grouped(model.hidden_size) : 'H';
    const V = model ? n.grouped(model.vocab_size) : 'V';
    const A = model ? n.grouped(model.num_attention_heads) : 'A';
    const F = model ? n.grouped(model.intermediate_size) : 'F';
    const layers = slabs().filter(({ name }) => name);
    const inLayer = model?.parts['layer.0']?.parameters;
    const { embeddings, layers: middle, pooling: pool, heads } = stages;

    embeddings.shape.textContent = `${V} × ${H}`;
    embeddings.says.textContent = words.embeddingsSay(H);
    size(embeddings, model?.parts.embeddings);

    middle.name.textContent = words.layers(model ? layers.length : undefined);
    middle.shape.textContent = words.layersShape(A, H, F);
    middle.says.textContent = words.layersSay(A, H, F);
    const frozen = layers.filter((layer) => layer.frozen).length;
    const trainable = frozen < layers.length ? 1 : 0;
    size(middle, inLayer === undefined ? undefined : { parameters: inLayer, trainable }, layers.length);
    if (frozen > 0 && frozen < layers.length) middle.size.append(' ', cold(words.someFrozen(frozen)));

    pool.name.textContent = words.pooling[pooling()];
    pool.shape.textContent = H;
    pool.says.textContent = words.poolingSays[pooling()](H);
    size(pool, pooling() === 'pooler' ? model?.parts.pooler : undefined);

    heads.name.textContent = words.heads(tasks.length);
    heads.says.textContent = words.headsSay(H);
    answers.shapes(H, model && ((classes) => n.grouped((model.hidden_size + 1) * classes)));
    element.dataset.model = model ? 'known' : 'letters';
    strip.show(model, tasks, pooling() !== 'pooler');
  }

  /** @param {ReturnType<typeof stage>} of @param {Model['parts'][string]} [part] @param {number} [times] */
  function size(of, part, times = 1) {
    of.element.classList.toggle('frozen', part?.trainable === 0);
    of.size.replaceChildren();
    if (!part) return;
    of.size.append(`${times > 1 ? `${times} × ` : ''}${words.short(part.parameters)}`);
    if (part.trainable === 0) of.size.append(' ', cold(words.frozen));
  }

  // ---- questions to a live run

  /** The step whose weights would answer; '' if there is no run that could. */
  function answering() {
    const { run, counts } = lab.state;
    if (!canAnswer(lab.state)) return '';
    return `${run.status === 'ready' ? 0 : counts.step}`;
  }

  /** Asks for the sentence's tokens and answers, if a run could give others than are here. */
  function ask() {
    const text = sentence();
    const step = answering();
    const what = `${step}|${text}`;
    if (!step || !visible || !text || asked.open || what === asked.what) return;
    const rest = asked.at + ASK_MS - performance.now();
    const another = !asked.what.endsWith(`|${text}`);
    if (rest > 0 && !another) {
      clearTimeout(askTimer);
      askTimer = setTimeout(ask, rest);
      return;
    }
    const mine = { what, at: performance.now(), open: true };
    asked = mine;
    if (tokens?.text !== text) askForTokens(text);
    lab
      .predict(text)
      .then((prediction) => mine === asked && answers.take(prediction))
      // The lab says what is wrong. The same is not asked again and again.
      .catch(() => {})
      .finally(() => {
        mine.open = false;
        ask();
      });
  }

  /** @param {string} text */
  async function askForTokens(text) {
    const read = await lab.tokenize(text).catch(() => undefined);
    if (!read || text !== sentence()) return;
    tokens = read;
    draw();
  }

  // ---- a step, part by part

  const lights = createPhaseLights((phase) => {
    if (phase?.name === 'batch') batch = words.batch(phase.step, phase.rows.length, phase.tokens);
    if (phase) flow.dataset.phase = phase.name;
    else delete flow.dataset.phase;
    now.textContent = phase ? `${batch} ${words.phases[phase.name]}` : batch;
  });

  function dark() {
    lights.clear();
    batch = '';
    delete flow.dataset.phase;
    now.replaceChildren(h('span', { className: 'flow-pointing' }, words.hintPoint), ' ', words.hintStep);
  }
  dark();

  // ---- a token's own way, under the pointer

  /** @param {string | null} [token] */
  function trace(token) {
    for (const piece of flow.querySelectorAll('.traced')) piece.classList.remove('traced');
    if (token) for (const piece of flow.querySelectorAll(`[data-token="${token}"]`)) piece.classList.add('traced');
  }
  flow.addEventListener('pointerover', ({ target }) => {
    trace(target instanceof Element ? target.closest('[data-token]')?.getAttribute('data-token') : null);
  });
  flow.addEventListener('pointerleave', () => trace());

  const sight = new IntersectionObserver((entries) => {
    visible = entries.some(({ isIntersecting }) => isIntersecting);
    ask();
  });
  sight.observe(element);

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pointTimer;

  /** @param {string} text */
  function point(text) {
    pointing = text;
    clearTimeout(pointTimer);
    pointTimer = setTimeout(() => {
      pointed = text;
      draw();
    }, REST_MS);
  }

  /** @param {import('../types.js').Task[]} next */
  function setTasks(next) {
    tasks = next;
    answers.tasks(tasks);
    const colours = tasks.map((_, k) => taskColour(k));
    const rooms = answers.rooms();
    stages.heads.picture.replaceChildren(
      h('span', { className: 'flow-fork', 'aria-hidden': 'true' }, ...forkPicture(colours, rooms)),
      answers.element,
    );
    element.style.setProperty('--flow-height', `${Math.max(LEAST_REM, rooms.reduce((sum, room) => sum + room, 0))}rem`);
    // The colours of a gradient, which needs two.
    const [first = 'var(--ink)'] = colours;
    element.style.setProperty('--wave', (colours.length > 1 ? colours : [first, first]).join(', '));
  }

  const followEdits = readEdits((doc) => {
    if (!lab.state.started) setTasks(doc.table.tasks);
    draw();
  });
  const followRun = readAlong({
    begin(outline) {
      dark();
      asked = { what: '', at: -Infinity, open: false };
      answers.forget();
      setTasks(outline.tasks);
      draw();
    },

    take(event, late) {
      if (event.type === 'start') draw();
      else if (event.type === 'phase' && !late) lights.queue(event);
    },
  });

  return {
    element,

    render(state) {
      followEdits(state);
      followRun(state);
      if (state.reader.pointed !== pointing) point(state.reader.pointed);
      ask();
    },

    destroy() {
      sight.disconnect();
      lights.clear();
      clearTimeout(askTimer);
      clearTimeout(pointTimer);
    },
  };

  /** @param {typeof STAGES[number]} name @param {number} i */
  function stage(name, i) {
    const title = h('h4', { className: 'flow-name' });
    const picture = h('div', { className: 'flow-picture' });
    const shape = h('span', { className: 'flow-shape' });
    const size = h('span', { className: 'flow-size' });
    const says = h('p', { className: 'flow-says' });
    const caption = h('p', { className: 'flow-caption' }, shape, ' ', size);
    const own = h('li', { className: 'flow-stage', tabIndex: 0, dataset: { stage: name } }, title, picture, caption, says);
    own.style.setProperty('--i', String(i));
    if (name === 'tokens' || name === 'embeddings') title.textContent = words[name];
    return { element: own, name: title, picture, shape, size, says };
  }
}

/** @param {{ name: string, frozen: boolean }} layer */
const slab = ({ name, frozen }) => {
  const kind = frozen ? 'frozen' : name ? '' : 'between';
  return h('span', { className: kind }, h('span', {}, ...(frozen ? [lock()] : []), name || '⋯'));
};

/** A mark for parameters that do not train. @param {string} text */
const cold = (text) => h('span', { className: 'flow-cold' }, lock(), text);

const lock = () =>
  s(
    'svg',
    { class: 'lock', viewBox: '0 0 12 12', 'aria-hidden': 'true' },
    s('path', { d: 'M3.5 5.5v-2a2.5 2.5 0 0 1 5 0v2' }),
    s('path', { class: 'body', d: 'M2 5.5h8v5.5H2z' }),
  );
