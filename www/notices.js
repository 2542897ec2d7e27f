// Messages to the reader: errors (spoken at once) and notices (spoken politely), with one optional action.

import { h, part } from './dom.js';

/** @typedef {{ label: string, run: () => void }} Action */

/** The oldest notice goes when there would be more: they lie over the page. */
const MOST_NOTICES = 3;

/** @param {HTMLElement} root */
export function createNotices(root) {
  const alerts = part(root, 'alerts');
  const polite = part(root, 'notices');

  /**
   * @param {'error' | 'notice' | 'warning'} kind
   * @param {string} text
   * @param {Action} [action]
   */
  function show(kind, text, action) {
    const close = () => item.remove();
    const buttons = [];
    if (action) {
      const button = h('button', { type: 'button' }, action.label);
      button.addEventListener('click', () => {
        close();
        action.run();
      });
      buttons.push(button);
    }
    const dismiss = h('button', { type: 'button', className: 'remove', 'aria-label': 'Dismiss this message' }, '×');
    dismiss.addEventListener('click', close);
    const item = h('div', { className: `message ${kind}` }, h('p', {}, text), ...buttons, dismiss);
    if (kind === 'error') alerts.replaceChildren(item);
    else polite.append(item);
    while (polite.childElementCount > MOST_NOTICES) polite.firstElementChild?.remove();
  }

  return {
    /** What went wrong. Stays until dismissed, replaced, or {@link clear}ed. @param {string} text @param {Action} [action] */
    error: (text, action) => show('error', text, action),

    /** What was done. @param {string} text @param {Action} [action] */
    notice: (text, action) => show('notice', text, action),

    /** What a run has to warn of; goes when the next run begins. @param {string} text */
    warning: (text) => show('warning', text),

    forgetWarnings() {
      for (const item of polite.querySelectorAll('.warning')) item.remove();
    },

    clear() {
      alerts.replaceChildren();
      polite.replaceChildren();
    },
  };
}
