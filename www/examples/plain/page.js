// What a page can do with the events of a run: here, say in a sentence how the last epoch went.

const heard = document.getElementById('heard');

document.addEventListener('polytask-evaluation', ({ detail }) => {
  if (detail.split !== 'validation') return;
  // A task that none of the sentences is labelled for has no figures.
  const labelled = Object.entries(detail.tasks).filter(([, figures]) => figures);
  const tasks = labelled.map(([task, { accuracy }]) => `${task} ${Math.round(100 * accuracy)} %`);
  heard.textContent = `Right on sentences that it never trained on, after epoch ${detail.epoch}: ${tasks.join(', ')}.`;
});
