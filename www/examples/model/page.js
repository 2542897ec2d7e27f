// Asks a model for its answers while somebody types. The folder `polytask` is the npm package, and `model` a saved model.

import { untilKept } from './offline.js';

const text = document.getElementById('text');
const status = document.getElementById('status');
const progress = document.querySelector('progress');
const answers = document.getElementById('answers');

/** @type {import('polytask/model').Model} */
let model;
/** Whether the model is answering. It is asked about what is typed meanwhile when it has answered. */
let isBusy = false;

try {
  // Without a network, the scripts are those of the first visit.
  await untilKept();
  const { load } = await import('./polytask/model.js');
  model = await load('model/', { onprogress: ({ received, total }) => (progress.value = received / total) });
  text.disabled = false;
  text.focus();
  say('Type a sentence: the answers follow.');
} catch (error) {
  say(error.message, true);
}
progress.hidden = true;
text.addEventListener('input', ask);

async function ask() {
  if (isBusy) return;
  isBusy = true;
  try {
    let asked;
    while (asked !== text.value) {
      asked = text.value;
      const [found] = asked.trim() ? await model.predict([asked]) : [{}];
      answers.replaceChildren(...Object.entries(found).map(([task, answer]) => barsOf(task, answer)));
      say(Object.entries(found).map(([task, { label }]) => `${task}: ${label}`).join(' · '));
    }
  } catch (error) {
    say(error.message, true);
  }
  isBusy = false;
}

/** The task's name, and a bar for the probability of each label. */
function barsOf(task, { label, probabilities }) {
  const bars = Object.entries(probabilities).map(([name, p]) => {
    const bar = element('div', 'bar');
    bar.style.setProperty('--p', p);
    return element('li', name === label ? 'best' : '', element('span', '', name), element('span', 'share', `${(100 * p).toFixed(1)} %`), bar);
  });
  return element('section', '', element('h2', '', task), element('ul', '', ...bars));
}

function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

function say(sentence, isError = false) {
  status.textContent = sentence;
  status.classList.toggle('error', isError);
}
