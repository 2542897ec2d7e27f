// Radio buttons that are removed.

/**
 * Called before radio buttons are removed from an element's shadow root. Chromium keeps those that have a name, with all that was
 * around them, until the shadow root is gone.
 *
 * @param {ParentNode} root
 */
export function releaseRadios(root) {
  for (const radio of root.querySelectorAll('input[type="radio"]')) radio.removeAttribute('name');
}
