// Messages to the reader: errors (spoken at once) and notices (spoken politely), with actions.

import { h } from '../ui/dom.js';

/** @typedef {import('../lab/options.js').Action} Action */
/** @typedef {ReturnType<typeof createNotices>} NoticesView */

/** With more notices than these the oldest goes: they cover the page. */
const MOST_NOTICES = 3;
/** Messages that go by themselves. */
const PASSING = '.message:not(.lasting)';

/** @param {import('../strings/words.js').Words} first */
export function createNotices(first) {
  let words = first.notices;
  const alerts = h('div', { role: 'alert' });
  const polite = h('div', { role: 'status' });
  const element = h('div', { className: 'messages', dataset: { part: 'messages' } }, alerts, polite);

  /**
   * @param {'error' | 'notice' | 'warning' | 'lasting'} kind
   * @param {string} text
   * @param {Action[]} actions
   */
  function show(kind, text, actions) {
    const close = () => {
      item.remove();
      settle();
    };
    const buttons = actions.map((action) => {
      const button = h('button', { type: 'button' }, action.label);
      button.addEventListener('click', () => {
        close();
        action.run();
      });
      return button;
    });
    const dismiss = h('button', { type: 'button', className: 'remove', 'aria-label': words.dismiss }, '×');
    dismiss.addEventListener('click', close);
    const item = h('div', { className: `message ${kind}`, part: 'message' }, h('p', {}, text), ...buttons, dismiss);
    if (kind === 'error') {
      alerts.replaceChildren(item);
      reveal(item);
    } else polite.append(item);
    const passing = polite.querySelectorAll(PASSING);
    if (passing.length > MOST_NOTICES) passing[0].remove();
    if (!isSeen(item)) float();
    return close;
  }

  /**
   * Shows the messages at the foot of the screen, if their place is out of sight while the reader sees something of the lab. A page
   * whose bar is on its own is the lab.
   */
  function float() {
    const place = element.parentElement;
    if (!place || element.popover || !element.showPopover) return;
    const { top, bottom } = place.getBoundingClientRect();
    if (!place.matches('.bar') && !(bottom > 0 && top < innerHeight)) return;
    element.popover = 'manual';
    element.showPopover();
  }

  /** They go back to their place with the last of them. */
  function settle() {
    if (element.popover && alerts.childElementCount + polite.childElementCount === 0) element.popover = null;
  }

  return {
    element,

    /** Messages from now on are in another language. @param {import('../strings/words.js').Words} next */
    speak(next) {
      words = next.notices;
    },

    /** Says what went wrong. Stays until dismissed, replaced, or {@link clear}ed. @param {string} text @param {...Action} actions */
    error: (text, ...actions) => show('error', text, actions),

    /** Says what was done. Returns what removes the message. @param {string} text @param {...Action} actions */
    notice: (text, ...actions) => show('notice', text, actions),

    /** A warning of the run; goes when the next run begins. @param {string} text */
    warning: (text) => show('warning', text, []),

    /** Says what holds from now on. Stays until it is dismissed. @param {string} text */
    lasting: (text) => show('lasting', text, []),

    forgetWarnings() {
      for (const item of polite.querySelectorAll('.warning')) item.remove();
      settle();
    },

    forgetErrors() {
      alerts.replaceChildren();
      settle();
    },

    clear() {
      alerts.replaceChildren();
      for (const item of polite.querySelectorAll(PASSING)) item.remove();
      settle();
    },
  };
}

/** Scrolls to an error out of sight, where the reader is using an element: its bar, which has the errors, need not stick. @param {Element} item */
function reveal(item) {
  const { top, bottom } = item.getBoundingClientRect();
  const isOnScreen = bottom > 0 && top < innerHeight;
  if (!isOnScreen && document.activeElement?.shadowRoot) item.scrollIntoView({ block: 'center' });
}

/** Whether all of it is on the screen. @param {Element} item */
function isSeen(item) {
  const { top, bottom } = item.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}
