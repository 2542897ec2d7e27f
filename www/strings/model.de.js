// Die Wörter zu einem Modell, das gespeichert oder geöffnet wird, auf Deutsch. Werden mit dem ersten solchen Wunsch geladen.

import { numbers } from '../ui/numbers.js';

const n = numbers('de-DE');
const size = (/** @type {number} */ bytes) => (bytes < 1e6 ? `${n.grouped(Math.max(1, Math.round(bytes / 1000)))} kB` : `${n.fixed(bytes / 1e6, bytes < 1e7 ? 1 : 0)} MB`);
const named = (/** @type {string} */ name) => `„${name}“`;
const list = (/** @type {string[]} */ names) => names.join(' und ');

/** @type {typeof import('./model.en.js').default} */
export default {
  download: (bytes) => `Modell herunterladen (${size(bytes)})`,
  heads: (bytes) => `Nur die Köpfe (${size(bytes)})`,
  headsHint: (encoder) => `Der Encoder hat nicht gelernt: Die Köpfe und sein Name genügen überall, wo es ${encoder} gibt.`,
  hint: 'Ein Zip für sentence-transformers, transformers, die Kommandozeile und „Modell öffnen“ auf dieser Seite.',
  privacy: 'Seine recipe.json enthält deine Sätze.',
  withoutSentences: 'Ohne meine Sätze',
  writing: (done, all) => `${size(done)} von ${size(all)} geschrieben …`,
  preparing: 'Das Modell wird gelesen … Der Lauf wartet so lange.',
  cancel: 'Abbrechen',
  cancelled: 'Abgebrochen. Nichts blieb zurück.',
  saved: (name) => `Gespeichert als ${name}.`,
  zip: 'Zip eines Modells',

  open: 'Modell öffnen …',
  openTitle: 'Das Zip eines Modells, das hier heruntergeladen oder mit polytask export gemacht wurde',
  drop: 'Oder lass das Zip hier fallen.',
  opening: (name) => `${name} wird geöffnet …`,
  opened: (name, figures) =>
    `${named(name)} ist offen; das Training geht von ihm aus weiter.${figures.length > 0 ? ` Richtig bei zurückgehaltenen Sätzen: ${figures.map(({ task, heldOut, accuracy }) => `${task} ${n.percent(accuracy)} von ${n.grouped(heldOut)}`).join(', ')}.` : ''}`,
  noSentences: 'Es kam ohne seine Sätze: Die Tabelle hat an ihrer Stelle die Namen der Klassen. Trag deine ein, bevor du trainierst.',

  noRoom: 'Für das Modell ist nicht genug Platz, auf der Platte oder in dem, was dieser Browser belegen darf. Schaff Platz und versuch es noch einmal; nichts blieb zurück.',
  notWritten: (why) => `Das Modell konnte nicht geschrieben werden (${why}). Nichts blieb zurück; versuch es noch einmal oder wähl einen anderen Ort.`,

  notZip: (name) => `${named(name)} ist kein Zip. Öffne das Zip eines Modells, wie es gespeichert wurde.`,
  truncated: (name) => `${named(name)} ist abgeschnitten oder beschädigt: Das Verzeichnis der Dateien an seinem Ende fehlt. Lade oder kopiere es noch einmal.`,
  damaged: (name, path) => `${named(name)} ist beschädigt: ${path} lässt sich nicht so lesen, wie es gepackt wurde. Lade oder kopiere es noch einmal.`,
  outside: (name, path) => `${named(name)} hat eine Datei ${JSON.stringify(path)}, deren Name aus dem Zip hinausführt. Öffne das Zip, wie es gespeichert wurde.`,
  bomb: (name, path, packed, bytes) => `${named(name)}: ${path} würde von ${size(packed)} auf ${size(bytes)} oder mehr entpackt, wie es kein Modell tut. Öffne das Zip, wie es gespeichert wurde.`,
  missing: (name, paths) => `${named(name)} ist kein Modell von Polytask: ${list(paths)} fehlt. Öffne das Zip eines Modells, wie es gespeichert wurde.`,
  family: (name, family) => `${named(name)} ist ein Modell einer anderen Familie: In config.json steht ${JSON.stringify(family)}, und nur "bert" geht hier.`,
  noHeads: (name) =>
    `${named(name)} nennt in config.json keine Aufgaben ("polytask" fehlt): Es ist ein bloßer Encoder. Öffne ihn unter „Deine Dateien“, oder öffne ein Modell, das Polytask gespeichert hat.`,
  tooMany: (name) => `${named(name)} hat mehr Aufgaben oder Klassen, als diese Seite Platz hat. Nutze es auf der Kommandozeile: polytask predict --model.`,
  notOpened: (name, why) => `${named(name)} konnte nicht geöffnet werden: ${why}`,

  notAddress: (given) => `model="${given}" ist keine Adresse. Nenn die des Zips eines Modells oder die seines Ordners mit einem Schrägstrich am Ende.`,
  noAnswer: (url, isElsewhere) =>
    isElsewhere
      ? `Das Modell von ${url} konnte nicht geholt werden: Die Verbindung fehlt, oder sein Server lässt andere Seiten es nicht lesen (Access-Control-Allow-Origin).`
      : `Das Modell von ${url} konnte nicht geholt werden. Prüf die Verbindung und versuch es noch einmal.`,
  refused: (url, status) => `Das Modell konnte nicht geholt werden: Der Server antwortete ${status} für ${url}. Prüf die Adresse; die eines Ordners endet mit einem Schrägstrich.`,
  html: (url) => `${url} ist eine Seite und kein Modell. Prüf die Adresse; die eines Ordners endet mit einem Schrägstrich.`,
};
