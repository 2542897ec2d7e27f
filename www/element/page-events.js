// Passes the page's events on to a lab.

import { isLink } from '../lab/recipe/link.js';
import { oncePerFrame } from '../ui/dom.js';

/**
 * @param {import('../lab/options.js').PageEvents} heard
 * @param {boolean} linked Whether the lab opens runs from the page's address.
 * @returns {() => void} Removes the listeners.
 */
export function listenToPage({ onLink, onHide, onLeave }, linked) {
  const onHash = () => {
    if (linked && isLink(location.hash)) onLink();
  };
  const onVisibility = () => {
    if (document.hidden) onHide();
  };
  addEventListener('hashchange', onHash);
  addEventListener('pagehide', onLeave);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    removeEventListener('hashchange', onHash);
    removeEventListener('pagehide', onLeave);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}

/**
 * Calls `show` at most once a frame, since there can be thousands of steps a second. In a hidden page, which has no frames, calls
 * it at once.
 *
 * @param {() => void} show
 */
export function perFrame(show) {
  const soon = oncePerFrame(show);
  return () => (document.hidden ? show() : soon());
}
