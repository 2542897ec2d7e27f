// What the tests put into every page before anything of its own: a search that sees into the elements' shadow roots, a
// record of the events, and one of what jumped.

{
  const found = (root, selector) =>
    Array.from(root.querySelectorAll('*')).flatMap((element) => [
      ...(element.matches(selector) ? [element] : []),
      ...(element.shadowRoot ? found(element.shadowRoot, selector) : []),
    ]);

  /** All matches in the document and every open shadow root in it, in their order. A selector matches within one root. */
  window.$$ = (selector) => found(document, selector);
  /** The first of them. */
  window.$ = (selector) => window.$$(selector)[0];
  /** The first element marked `data-part="name"`. */
  window.$part = (name) => window.$(`[data-part="${name}"]`);
  /** The element that has the focus, wherever it is. */
  window.$focus = () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element;
  };

  const FRAMES = 4;
  /** Some frames: what does not fit into the first one comes in the next two, and is there when the last begins. A page out of
   * sight may have none. */
  window.$drawn = () =>
    new Promise((resolve) => {
      const late = setTimeout(done, document.hidden ? 0 : 1000);
      let frames = 0;
      const next = () => (++frames < FRAMES ? (frame = requestAnimationFrame(next)) : done());
      let frame = requestAnimationFrame(next);
      function done() {
        clearTimeout(late);
        cancelAnimationFrame(frame);
        resolve();
      }
    });

  /** What moved on the page that nobody touched, and how far: Chromium tells; elsewhere the tests that ask look themselves. */
  window.shifts = [];
  const tells = PerformanceObserver.supportedEntryTypes.includes('layout-shift');
  window.watchesShifts = tells || window.asksForShifts === true;
  if (window.watchesShifts && !tells) watchPlaces();
  if (PerformanceObserver.supportedEntryTypes.includes('layout-shift'))
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, startTime, sources } of list.getEntries())
        if (!hadRecentInput)
          window.shifts.push({
            value,
            at: Math.round(startTime),
            what: sources.map(({ node }) => `${node?.nodeName} ${node?.className ?? ''}`),
          });
    }).observe({ type: 'layout-shift', buffered: true });

  /**
   * Compares in each frame where the blocks of the page are with where they were in the one before. As in Chromium, a block
   * has moved if it did so both on the page (else the reader scrolled) and on the screen (else the browser kept it in place),
   * and the value is the share of the screen that is concerned times the way as a share of the screen's longer side.
   */
  function watchPlaces() {
    const LEAST = 3;
    const INPUT_MS = 500;
    let before = new Map();
    let screen = '';
    let scrolled = [scrollX, scrollY];
    let touched = -Infinity;
    for (const type of ['pointerdown', 'keydown'])
      addEventListener(type, ({ isTrusted, timeStamp }) => isTrusted && (touched = timeStamp), { capture: true, passive: true });

    /** Headings, paragraphs and figures, and what their panels consist of; not what stays in place while one scrolls. */
    const blocks = () => [
      ...document.querySelectorAll(':is(main, .hero, .chapter) :is(h1, h2, p, section, polytask-lab):not(#bar, .contents *)'),
      ...[...document.querySelectorAll('polytask-lab')].flatMap(({ shadowRoot }) => [
        ...(shadowRoot?.querySelectorAll('.panel, .panel > *') ?? []),
      ]),
    ];

    /** Whether a block is in one that sticks to the screen's edge: a scroll moves it part of the way. */
    const sticks = (block) => {
      for (let each = block; each; each = each.parentElement ?? each.getRootNode().host)
        if (getComputedStyle(each).position === 'sticky') return true;
      return false;
    };

    const look = (now) => {
      const places = new Map();
      for (const block of blocks()) {
        const { left, top, right, bottom } = block.getBoundingClientRect();
        if (right > left && bottom > top) places.set(block, { left, top, right, bottom, x: left + scrollX, y: top + scrollY });
      }
      const as = `${innerWidth} ${innerHeight}`;
      if (as === screen && now - touched > INPUT_MS) compare(places, now);
      [before, screen, scrolled] = [places, as, [scrollX, scrollY]];
      requestAnimationFrame(look);
    };

    function compare(places, now) {
      const moved = [];
      const hasScrolled = scrolled[0] !== scrollX || scrolled[1] !== scrollY;
      for (const [block, to] of places) {
        const from = before.get(block);
        if (!from || !(isSeen(from) || isSeen(to))) continue;
        const way = Math.max(
          Math.min(Math.abs(to.x - from.x), Math.abs(to.left - from.left)),
          Math.min(Math.abs(to.y - from.y), Math.abs(to.top - from.top)),
        );
        if (way >= LEAST && !(hasScrolled && sticks(block))) moved.push({ block, from, to, way });
      }
      if (moved.length === 0) return;
      const edge = (side, pick, within) => Math.min(within, Math.max(0, pick(...moved.flatMap(({ from, to }) => [from[side], to[side]]))));
      const width = edge('right', Math.max, innerWidth) - edge('left', Math.min, innerWidth);
      const height = edge('bottom', Math.max, innerHeight) - edge('top', Math.min, innerHeight);
      const way = Math.max(...moved.map((each) => each.way));
      window.shifts.push({
        value: ((width * height) / (innerWidth * innerHeight)) * (way / Math.max(innerWidth, innerHeight)),
        at: Math.round(now),
        what: moved.slice(0, 5).map(({ block }) => `${block.nodeName} ${block.className} ${block.dataset.part ?? block.id}`),
      });
    }
    const isSeen = ({ top, bottom }) => bottom > 0 && top < innerHeight;
    requestAnimationFrame(look);
  }

  window.runEvents = [];
  window.addEventListener('polytask', (event) => window.runEvents.push(event.detail));
}
