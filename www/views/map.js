// The map: the sentences' vectors in two dimensions, and how training moves them, with a slider through the run.

import { labelOf } from '../lab/document/sentences.js';
import { readAlong } from '../lab/run/reading.js';
import { brief } from '../ui/brief.js';
import { createDataTable } from '../ui/data-table.js';
import { h, s, taskColour } from '../ui/dom.js';
import { releaseRadios } from '../ui/letting-go.js';
import { between, frameOf, past, pictureAt } from './frames.js';
import { createScatter, markerIcon } from './scatter.js';

/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {Extract<RunEvent, { type: 'map' }>} MapEvent */
/** @typedef {import('./frames.js').Point} Point */
/** @typedef {import('./frames.js').Picture} Picture */

/** Which way yellow is on the wheel of hues, from each task's colour: shades turned that way are the lighter ones. */
const TURNS = [-1, 1, -1, 1, 1, -1];
/** How long points take to a frame that was chosen or came; and through the whole run, at least and for each frame. */
const [GLIDE_MS, PLAY_MS, FRAME_MS] = [650, 2500, 420];

/** The legend explains so many classes at most. */
const MOST_EXPLAINED = 12;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createMap(lab) {
  const words = lab.words.map;
  const { n } = lab.words;
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  const chips = h('fieldset', { className: 'segments map-tasks', hidden: true });
  const legend = h('ul', { className: 'map-legend' });
  const empty = h('p', { className: 'map-empty', dataset: { part: 'map-empty' } }, words.empty);
  const card = h('div', { className: 'map-card', 'aria-hidden': 'true', hidden: true });
  const scatter = createScatter({ name: (i) => words.point(textOf(i), labelsOf(i).join(', ')), point: show });
  const play = h('button', { type: 'button', className: 'map-play', dataset: { part: 'map-play' } });
  const slider = h('input', {
    ...{ type: 'range', min: '0', max: '0', value: '0' },
    ...{ 'aria-label': words.slider, dataset: { part: 'map-slider' } },
  });
  const step = h('output', { className: 'map-step', dataset: { part: 'map-step' }, 'aria-live': 'off' });
  const some = h('span', { dataset: { part: 'map-some' } });
  const table = h('div', { dataset: { part: 'map-table' } });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'map-title', dataset: { part: 'map' } },
    h('header', {}, h('h3', { id: 'map-title' }, words.title), chips),
    legend,
    h('div', { className: 'map-stage' }, scatter.element, empty, card),
    h('div', { className: 'map-time' }, play, slider, step),
    h('p', { className: 'map-note' }, some, words.note),
    table,
  );

  /** @type {import('../types.js').Task[]} */
  let tasks = [];
  /** The task whose classes colour the points. */
  let task = '';
  /** @type {MapEvent | undefined} */
  let map;
  /** The picture on show. @type {Picture | undefined} */
  let shown;
  let playing = false;
  /** @type {number | undefined} */
  let frame;
  /** @type {ReturnType<typeof createDataTable> | undefined} */
  let numbers;

  const started = () => lab.state.started;
  /** A sentence by its row in the map's events. @param {number} row */
  const exampleOf = (row) => started()?.examples[row];
  const last = () => (map ? map.frames.length - 1 : 0);
  const chosen = () => Number(slider.value);
  /** @param {number} i */
  const textOf = (i) => exampleOf(map?.rows[i] ?? -1)?.text ?? words.gone;

  /** A sentence's labels, task by task, and whether it is held out. @param {number} i @param {(name: string) => string} [as] */
  function labelsOf(i, as = String) {
    const row = map?.rows[i] ?? -1;
    const labels = tasks.map(({ name }) => `${as(name)}: ${as(labelOf(exampleOf(row), name)) || words.unlabelled}`);
    return started()?.event.held_out[row] ? [...labels, words.heldOut] : labels;
  }

  // ---- time

  /** @param {(now: number) => boolean} move Whether it goes on. */
  function animate(move) {
    if (frame !== undefined) cancelAnimationFrame(frame);
    const next = (/** @type {number} */ now) => {
      frame = move(now) ? requestAnimationFrame(next) : undefined;
    };
    frame = requestAnimationFrame(next);
  }

  /** Moves all points from where they are to the frame that is chosen. */
  function glide() {
    if (!map) return;
    const to = pictureAt(map.frames, chosen());
    const from = shown;
    tell();
    if (!from || from.points.length !== to.points.length || still.matches) return put(to);
    const begin = performance.now();
    animate((now) => {
      const share = Math.min(1, Math.max(0, (now - begin) / GLIDE_MS));
      put(between(from, to, share));
      return share < 1;
    });
  }

  function start() {
    if (!map || last() < 1) return;
    playing = true;
    showPlay();
    const begin = performance.now();
    animate((now) => {
      if (!map || !playing) return false;
      const time = (now - begin) / Math.max(PLAY_MS, FRAME_MS * last());
      const exact = Math.min(1, Math.max(0, time)) * last();
      const position = still.matches ? Math.floor(exact) : exact;
      slider.value = String(Math.round(position));
      put(pictureAt(map.frames, position), position);
      tell();
      if (time >= 1) stop();
      return playing;
    });
  }

  function stop() {
    playing = false;
    showPlay();
  }

  /** @param {Picture} next @param {number} [position] Where in the run that is. */
  function put(next, position = chosen()) {
    shown = next;
    scatter.draw(next.points, next.bounds, past(map?.frames ?? [], Math.ceil(position)));
  }

  /** Says which step it is. */
  function tell() {
    const at = map?.frames[chosen()]?.step;
    step.textContent = at === undefined ? '' : words.at(at);
    slider.setAttribute('aria-valuetext', step.textContent);
    if (map && at !== undefined) scatter.element.setAttribute('aria-label', words.plot(map.rows.length, at));
    element.dataset.step = String(at ?? '');
    numbers?.changed();
  }

  function showPlay() {
    play.replaceChildren(icon(playing), h('span', { className: 'sr' }, playing ? words.stop : words.play));
    play.title = playing ? words.stop : words.play;
  }

  slider.addEventListener('input', () => {
    stop();
    glide();
  });
  play.addEventListener('click', () => {
    if (!playing) return start();
    stop();
    return glide();
  });

  // ---- the points' sentences and classes

  function drawChips() {
    if (!tasks.some(({ name }) => name === task)) task = tasks[0]?.name ?? '';
    chips.hidden = tasks.length < 2;
    releaseRadios(chips);
    chips.replaceChildren(
      h('legend', { className: 'sr' }, words.by),
      ...tasks.map(({ name }, k) => {
        const input = h('input', { type: 'radio', name: 'map-task', value: name, checked: name === task });
        const text = h('span', { dir: 'auto', title: name }, name);
        text.style.setProperty('--task', taskColour(k));
        input.addEventListener('change', () => {
          task = name;
          dress();
        });
        return h('label', {}, input, text);
      }),
    );
    dress();
  }

  function dress() {
    const k = tasks.findIndex(({ name }) => name === task);
    const labels = tasks[k]?.labels ?? [];
    element.style.setProperty('--task', taskColour(Math.max(0, k)));
    element.style.setProperty('--turn', String(TURNS[Math.max(0, k) % TURNS.length]));
    const classOf = new Map(labels.map((label, c) => [label, c]));
    const classes = (map?.rows ?? []).map((row) => classOf.get(labelOf(exampleOf(row), task)) ?? -1);
    scatter.dress(classes, labels.length);
    const kinds = explained(classes, labels.length).map((c) => ({ label: labels[c], c }));
    if (classes.includes(-1)) kinds.push({ label: words.unlabelled, c: -1 });
    const left = labels.length - kinds.filter(({ c }) => c >= 0).length;
    legend.replaceChildren(
      ...kinds.map(({ label, c }) => h('li', { title: label }, markerIcon(c, labels.length), h('bdi', {}, brief(label)))),
      ...(left > 0 ? [h('li', {}, lab.words.diagram.more(left))] : []),
    );
  }

  /** @param {number | undefined} i @param {Point} at @param {{ width: number, height: number }} size */
  function show(i, [x, y], { width, height }) {
    card.hidden = i === undefined;
    if (i === undefined) return;
    if (card.dataset.point !== String(i)) {
      card.dataset.point = String(i);
      card.replaceChildren(h('p', { dir: 'auto' }, textOf(i)), h('p', { className: 'labels' }, labelsOf(i, brief).join(' · ')));
    }
    // It grows from the point to where there is more room.
    const [right, below] = [x < width / 2, y < height / 2];
    card.style.left = right ? `${x + 14}px` : '';
    card.style.right = right ? '' : `${width - x + 14}px`;
    card.style.top = below ? `${y + 10}px` : '';
    card.style.bottom = below ? '' : `${height - y + 10}px`;
  }

  /** The table behind it, whose columns are the tasks. */
  function makeTable() {
    numbers?.destroy();
    numbers = createDataTable({
      summary: words.table,
      caption: words.caption,
      columns: [words.sentence, ...tasks.map(({ name }) => name), ...words.axes],
      length: () => map?.rows.length ?? 0,
      row: (i) => {
        const example = exampleOf(map?.rows[i] ?? -1);
        const at = map?.frames[chosen()]?.points[i] ?? [];
        return [textOf(i), ...tasks.map(({ name }) => brief(labelOf(example, name)) || '–'), ...at.map((x) => n.fixed(x, 2))];
      },
      open: numbers?.element.open,
    });
    table.replaceChildren(numbers.element);
  }

  function clear() {
    stop();
    if (frame !== undefined) cancelAnimationFrame(frame);
    map = undefined;
    shown = undefined;
    slider.max = slider.value = '0';
    play.disabled = slider.disabled = true;
    empty.hidden = false;
    scatter.element.hidden = true;
    some.textContent = '';
    tell();
  }
  clear();

  /** @param {MapEvent} event */
  function take(event) {
    const follows = !playing && chosen() === last();
    const fresh = map?.rows.length !== event.rows.length;
    const step = map?.frames[chosen()].step ?? 0;
    map = event;
    slider.max = String(last());
    play.disabled = slider.disabled = last() < 1;
    empty.hidden = true;
    scatter.element.hidden = false;
    if (fresh) dress();
    const all = started()?.event.held_out.length ?? 0;
    some.textContent = event.rows.length < all ? `${words.some(event.rows.length, all)} ` : '';
    slider.value = String(follows ? last() : frameOf(map.frames, step));
    if (!playing) glide();
  }

  return {
    element,

    render: readAlong({
      begin(outline) {
        clear();
        tasks = outline.tasks;
        drawChips();
        makeTable();
      },

      take(event) {
        if (event.type === 'map') take(event);
      },
    }),

    destroy() {
      scatter.destroy();
      numbers?.destroy();
      if (frame !== undefined) cancelAnimationFrame(frame);
    },
  };
}

/** @param {boolean} playing */
const icon = (playing) =>
  s(
    'svg',
    { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    s('path', { d: playing ? 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z' : 'M4 2.5v11l9-5.5z' }),
  );

/**
 * The classes that the legend explains: of very many, those of the most points.
 *
 * @param {number[]} classes Each point's.
 * @param {number} count How many classes there are.
 */
function explained(classes, count) {
  const all = Array.from({ length: count }, (_, c) => c);
  if (count <= MOST_EXPLAINED) return all;
  const points = new Map();
  for (const c of classes) points.set(c, (points.get(c) ?? 0) + 1);
  return all
    .filter((c) => points.has(c))
    .sort((a, b) => points.get(b) - points.get(a) || a - b)
    .slice(0, MOST_EXPLAINED);
}
