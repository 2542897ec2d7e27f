// Messages that the element shows in its own place: errors in its attributes, and why a part of it could not be loaded.

/** Browsers' messages for a module or file that could not be fetched, as opposed to errors that a module throws. */
const NOT_FETCHED = /dynamically imported module|importing a module script failed|failed to fetch|load failed|networkerror/i;

/** Explains why a part is missing. In English, since the translations may be the missing part. @param {unknown} error */
export function whyNot(error) {
  const why = error instanceof Error ? error.message : String(error);
  return error instanceof Error && NOT_FETCHED.test(why)
    ? `This part could not be loaded (${why}); check the connection, then reload the page.`
    : `This part could not be started (${why}): a fault of the page, not of the connection.`;
}

/** An error message about the tag, shown in its place. @param {string} text */
export function misuse(text) {
  const element = document.createElement('p');
  element.className = 'misuse';
  element.setAttribute('part', 'message');
  element.setAttribute('role', 'alert');
  element.textContent = text;
  return element;
}
