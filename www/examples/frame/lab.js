// A page that is one element, for frames: the address's query becomes the element's attributes.

import '../../polytask-lab.js';

/** Attributes that a link may set. Not `base`, `encoder`, `src`: a link must not decide whose files this page loads. */
const MAY_SET = ['preset', 'tasks', 'weighting', 'epochs', 'seed', 'views', 'autostart', 'theme', 'lang'];

const lab = document.createElement('polytask-lab');
for (const [name, value] of new URLSearchParams(location.search)) {
  if (MAY_SET.includes(name)) lab.setAttribute(name, value);
}
document.body.append(lab);
