// Elements that are about to be removed, of which browsers would keep something.

/**
 * Called before an element's views are removed from its shadow root. Firefox keeps an element that is removed while a transition of
 * it runs, with all around it, as long as the page.
 *
 * @param {ShadowRoot} root
 */
export function letGo(root) {
  releaseRadios(root);
  for (const { effect } of root.getAnimations()) {
    /** @type {any} */ (effect).target.style.transition = 'none';
  }
  root.getAnimations(); // Computes the styles, which ends the transitions.
}

/**
 * Called before radio buttons are removed from an element's shadow root. Chromium keeps those that have a name, with all that was
 * around them, until the shadow root is gone.
 *
 * @param {ParentNode} root
 */
export function releaseRadios(root) {
  for (const radio of root.querySelectorAll('[type=radio]')) radio.removeAttribute('name');
}
