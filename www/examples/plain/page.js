// A page can listen to the events of a run: this one says in a sentence how the last epoch went.

const heard = document.getElementById('heard');

document.addEventListener('polytask-evaluation', ({ detail }) => {
  if (detail.split !== 'validation') return;
  // A task without any labelled sentence has no figures.
  const labelled = Object.entries(detail.tasks).filter(([, figures]) => figures);
  const tasks = labelled.map(([task, { accuracy }]) => `${task} ${Math.round(100 * accuracy)} %`);
  heard.textContent = `Accuracy on held-out sentences after epoch ${detail.epoch}: ${tasks.join(', ')}.`;
});
