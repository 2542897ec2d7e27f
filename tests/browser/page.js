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

  /** Two frames: what the first one draws is there when the second begins. A page out of sight may have none. */
  window.$drawn = () =>
    new Promise((resolve) => {
      const late = setTimeout(done, document.hidden ? 0 : 1000);
      let frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(done);
      });
      function done() {
        clearTimeout(late);
        cancelAnimationFrame(frame);
        resolve();
      }
    });

  /** What moved on the page that nobody touched, and how far; only Chromium tells. */
  window.shifts = [];
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

  window.runEvents = [];
  window.addEventListener('polytask', (event) => window.runEvents.push(event.detail));
}
