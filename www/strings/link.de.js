// Die Wörter zum Lauf eines Links, auf Deutsch. Werden mit dem Link geladen.

/** @type {typeof import('./link.en.js').default} */
export default {
  name: 'ein Link',
  future: (version) =>
    `Diesen Link hat eine neuere Version der Seite gemacht (Format ${version}; diese hier schreibt 1): Geöffnet wurde, was diese Version kennt.`,
  futureUnreadable: (version) =>
    `Diesen Link hat eine neuere Version der Seite gemacht (Format ${version}; diese hier liest 1); er lässt sich hier nicht lesen: Lade die Seite neu, oder öffne den Link auf der Website, von der er stammt.`,
  unknown: (fields) => `Im Link übergangen, weil unbekannt oder ungültig: ${fields.join(', ')}.`,
  damaged: 'Dieser Link ist beschädigt: Sein Lauf lässt sich nicht lesen. Kopier noch einmal den ganzen Link.',
  tooLarge: (most) => `Dieser Link enthält mehr als ${most} MB; das ist zu viel für diese Seite.`,
  otherEncoder: (name, used) =>
    `Dieser Lauf wurde mit dem Encoder ${name} gemacht, der nicht hier ist; an seiner Stelle lernt ${used}. Wenn du seine Dateien hast, öffne sie: Ändern …, unter Encoder.`,
};
