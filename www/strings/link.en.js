// Words about the run of a link, in English. Loaded with the link.

export default {
  name: 'a link',
  future: (/** @type {string} */ version) =>
    `This link was made by a newer version of the page (format ${version}; this one writes 1): the parts that this version knows were opened.`,
  futureUnreadable: (/** @type {string} */ version) =>
    `This link was made by a newer version of the page (format ${version}; this one reads 1), and cannot be read here: reload the page, or open the link on the site that made it.`,
  unknown: (/** @type {string[]} */ fields) => `Ignored in the link, because unknown or invalid: ${fields.join(', ')}.`,
  damaged: 'This link is damaged: its run cannot be read. Copy the whole link again.',
  tooLarge: (/** @type {string} */ most) => `This link holds more than ${most} MB, which is too large for this page.`,
  otherEncoder: (/** @type {string} */ name, /** @type {string} */ used) =>
    `This run was made with the encoder ${name}, which is not here; ${used} trains in its place. If you have its files, open them: Change…, under Encoder.`,
};
