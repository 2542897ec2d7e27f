// What a reader does with data and models of their own: asks about the data, has files classified, takes the model along and brings
// one back. Loaded for the first such command.

import { Classifying } from './classifying.js';
import { DataQuestions } from './data-questions.js';
import { Models } from './models.js';

/**
 * @param {Promise<import('../types.js').Polytask>} polytask
 * @param {import('./runner.js').Runner} run
 * @param {import('./runner.js').Say} say
 * @returns {{ classifying: Classifying, models: Models, questions: DataQuestions } & import('../types.js').Calls} What the page calls by name, and what it is of.
 */
export function readerData(polytask, run, say) {
  const classifying = new Classifying(polytask, say);
  const models = new Models(polytask, run);
  return {
    classifying,
    models,
    questions: new DataQuestions(polytask, run.encoder, say),

    write: classifying.write.bind(classifying),
    listModel: models.list.bind(models),
    readModel: models.read.bind(models),
    closeModel: models.close.bind(models),
    checkModel: models.check.bind(models),
  };
}
