// A trained model in a page of one's own, without the lab:
//
//   import { load } from './polytask/model.js';
//   const model = await load('model/');
//   const [answers] = await model.predict(['The soup was cold.']);

export { load } from './engine/model/load.js';
