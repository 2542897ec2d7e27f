// What an element may leave behind on a page that it was removed from, counted in the page.

/**
 * Counts what an element may leave behind: listeners on what outlives it, timers, frames, observers and workers.
 * What is over by itself is not counted.
 */
export const countLeftovers = () => {
  const alive = { listeners: new Map(), timers: new Set(), frames: new Set(), observers: new Set(), workers: new Set() };
  window.leftBehind = () => ({
    listeners: [...alive.listeners].filter(([, there]) => there).map(([which]) => which),
    timers: alive.timers.size,
    frames: alive.frames.size,
    observers: alive.observers.size,
    workers: alive.workers.size,
  });

  // ---- listeners: one is told from another by target, type and function
  const numbers = new WeakMap();
  let count = 0;
  const nameOf = (x) => numbers.get(x) ?? (numbers.set(x, ++count), count);
  const outlives = (target) => [Window, Document, MediaQueryList].some((kind) => target instanceof kind);
  for (const method of ['addEventListener', 'removeEventListener']) {
    const original = EventTarget.prototype[method];
    EventTarget.prototype[method] = function (type, listener, ...rest) {
      const target = this ?? window;
      if (outlives(target) && listener) {
        const which = `${type}, ${nameOf(listener)} ${String(listener).slice(0, 80)}`;
        const key = `${target.constructor.name} ${nameOf(target)}: ${which}`;
        alive.listeners.set(key, method === 'addEventListener');
      }
      return original.call(target, type, listener, ...rest);
    };
  }

  // ---- timers and frames
  for (const [start, stop, set, once] of [
    ['setTimeout', 'clearTimeout', alive.timers, true],
    ['setInterval', 'clearInterval', alive.timers, false],
    ['requestAnimationFrame', 'cancelAnimationFrame', alive.frames, true],
  ]) {
    const [begin, end] = [window[start], window[stop]];
    window[start] = (call, ...rest) => {
      const id = begin((...args) => {
        if (once) set.delete(id);
        call(...args);
      }, ...rest);
      set.add(id);
      return id;
    };
    window[stop] = (id) => {
      set.delete(id);
      end(id);
    };
  }

  // ---- observers and workers
  for (const kind of ['ResizeObserver', 'IntersectionObserver', 'MutationObserver'])
    window[kind] = class extends window[kind] {
      observe(...args) {
        alive.observers.add(this);
        super.observe(...args);
      }
      disconnect() {
        alive.observers.delete(this);
        super.disconnect();
      }
    };
  window.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      this.name = options.name;
      alive.workers.add(this);
    }
    terminate() {
      alive.workers.delete(this);
      super.terminate();
    }
  };
  window.workers = () => [...alive.workers].map(({ name }) => name);
};
