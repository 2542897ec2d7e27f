// A page that is one element, for frames: the address's query becomes the element's attributes.

import '../../polytask-lab.js';

/** Attributes that a link may set. Not `base`, `encoder`, `src`: a link must not decide whose files this page loads. */
const MAY_SET = ['preset', 'tasks', 'weighting', 'epochs', 'seed', 'views', 'autostart', 'theme', 'lang'];

const lab = document.createElement('polytask-lab');
for (const [name, value] of new URLSearchParams(location.search)) {
  if (MAY_SET.includes(name)) lab.setAttribute(name, value);
  else document.body.append(refusal(name));
}
document.body.append(lab);

/** @param {string} name */
function refusal(name) {
  const line = document.createElement('p');
  line.textContent = `The frame's address asks for "${name}", which it cannot set: it can set ${MAY_SET.join(', ')}.`;
  return line;
}
