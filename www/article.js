// The article around the figures: its language, its colours, the chapter that is being read, and that all of it can be
// read again without a network.

import { listenForLanguages, listenForThemes } from './choices.js';

function followReader() {
  /** @type {Map<Element, Element>} */
  const links = new Map();
  for (const chapter of document.querySelectorAll('[data-chapter]')) {
    const link = document.querySelector(`.contents a[href="#${chapter.id}"]`);
    if (link) links.set(chapter, link);
  }
  // A chapter is read while it crosses a line a third of the way down the window.
  const observer = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes)
        if (isIntersecting) links.get(target)?.setAttribute('aria-current', 'true');
        else links.get(target)?.removeAttribute('aria-current');
    },
    { rootMargin: '-33% 0px -66% 0px' },
  );
  for (const chapter of links.keys()) observer.observe(chapter);
}

listenForThemes();
listenForLanguages({ de: async () => (await import('./strings/article.de.js')).default });
followReader();
addEventListener('load', async () => (await import('./offline.js')).keepForLater(offerReload));

/** A newer release of the page is there. What the reader has here stays as it is until they want it. */
function offerReload() {
  const offer = /** @type {HTMLElement} */ (document.querySelector('.newer > div'));
  const [reload, later] = offer.querySelectorAll('button');
  reload.onclick = () => location.reload();
  later.onclick = () => (offer.hidden = true);
  offer.hidden = false;
}
