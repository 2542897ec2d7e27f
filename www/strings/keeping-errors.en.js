// Messages about a run that is kept from visit to visit, by code. Loaded with the code that keeps it.

/** @satisfies {Record<string, string>} */
export default {
  // www/engine/keeping.js
  'keeping.no_storage': 'This browser keeps no files for this page, perhaps because its window is private: the run will not survive a reload.',
  'keeping.no_room': 'This browser has no room left to keep the run: it will not survive a reload. Free some space, then press Reset.',
  'keeping.failed': 'The run cannot be kept ({why}): it will not survive a reload.',
  'keeping.other_tab': 'Another tab keeps this page’s run: the run here is another one and will not survive a reload.',
  'keeping.lost': 'The run that an earlier visit left cannot go on ({why}): it begins anew.',
  'keeping.journal': 'its journal is damaged',

  // www/engine/keeping/found.js
  'keeping.crashed': 'The training worker crashed ({why}) and was replaced: the run goes on where it stopped. If memory ran out, try a smaller batch size.',
  'keeping.crashed_again': 'The training worker crashed again at the same step ({why}) and was replaced: the run is paused where it stopped. If memory ran out, try a smaller batch size.',
};
