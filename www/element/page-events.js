// The events of the page that a lab must hear of.

import { isLink } from '../lab/recipe/link.js';
import { oncePerFrame } from '../ui/dom.js';

/**
 * @param {import('../lab/options.js').PageEvents} heard
 * @param {boolean} linked Whether links of the page's address are for this lab.
 * @returns {() => void} Ends it.
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

/** Steps can come by the thousand in a second: shows them at most once a frame, and at once in a page that has no frames. @param {() => void} show */
export function perFrame(show) {
  const soon = oncePerFrame(show);
  return () => (document.hidden ? show() : soon());
}
