// Keeps the page for visits without a network: a service worker stores each file that the page asks for. The model's weights are
// left to Polytask, which keeps them itself.

/** Resolves when everything that the page asks for is kept, or cannot be: on a page without https, or where storage is denied. */
export async function untilKept() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  try {
    const { active, installing } = await serviceWorker.register('sw.js');
    // A forced reload is not answered by the worker, which has everything from an earlier visit.
    if (active || !installing) return;
    await new Promise((resolve) => {
      serviceWorker.addEventListener('controllerchange', resolve, { once: true });
      // It could not be installed.
      installing.addEventListener('statechange', () => installing.state === 'redundant' && resolve());
    });
  } catch {
    // The page works with a network only.
  }
}
