// The article around the figures: its language and colours, the mark on the current chapter in the contents, and its copy for
// reading without a network.

import { listenForLanguages, listenForThemes } from './choices.js';

function followReader() {
  /** @type {Map<Element, Element>} */
  const links = new Map();
  for (const chapter of document.querySelectorAll('[data-chapter]')) {
    const link = document.querySelector(`.contents a[href="#${chapter.id}"]`);
    if (link) links.set(chapter, link);
  }
  // The current chapter is the one that crosses a line a third of the way down the window.
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
const isLinked = location.hash.startsWith('#polytask=');
addEventListener('load', async () => (await import('./offline.js')).keepForLater(offerReload, isLinked));

/** Offers to reload the page when a newer release is stored; until then nothing changes for the reader. */
function offerReload() {
  const offer = /** @type {HTMLElement} */ (document.querySelector('.newer > div'));
  const [reload, later] = offer.querySelectorAll('button');
  reload.onclick = () => location.reload();
  later.onclick = () => (offer.hidden = true);
  offer.hidden = false;
}
