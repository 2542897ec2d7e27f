// Was an den Daten falsch ist, die eine Seite einem Tag gibt, auf Deutsch. Wird mit ihnen geladen.

/** @type {typeof import('./source.en.js').default} */
export default {
  notAddress: (src) => `Das Attribut src="${src}" ist keine gültige Adresse.`,
  notFetched: (url, status) =>
    `Die Sätze ließen sich nicht holen: Der Server antwortet mit ${status} auf ${url}; prüfe das Attribut src.`,
  noAnswer: (url, isForeign) =>
    `Die Sätze ließen sich nicht holen: Unter ${url} antwortet kein Server; ${isForeign ? 'die andere Website muss es erlauben (Access-Control-Allow-Origin)' : 'prüfe das Attribut src und die Verbindung'}.`,
  html: (url) =>
    `Das Attribut src nennt ${url}; das ist eine HTML-Seite und weder Tabelle noch Rezept. Manche Server antworten so, wenn eine Datei fehlt: Prüfe die Adresse.`,
  otherKind: (url, type) =>
    `Das Attribut src nennt ${url}, eine Datei vom Typ ${type}; es muss eine Tabelle sein (CSV, TSV, JSON oder JSONL) oder ein Rezept (JSON).`,
  notJson: (url, why) => `${url} ist kein JSON (${why}).`,
  property: (name) => `Die Eigenschaft ${name}`,
  notRecipe: (what) => `${what} ist kein Rezept: Es muss ein JSON-Objekt mit Feldern wie data und training sein.`,
  noSentences: (what, presets) =>
    `${what} hat keine Sätze: data muss ein Preset sein (${presets.join(', ')}) oder eine Liste examples, in der jedes Beispiel einen text hat.`,
  leftOut: (name, fields) => `In ${name} übergangen, weil unbekannt oder ungültig: ${fields.join(', ')}.`,
};
