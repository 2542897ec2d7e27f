// Die Wörter zur Wahl eines Encoders, auf Deutsch. Werden mit ihr geladen.

/** @type {typeof import('./encoder-choice.en.js').default} */
export default {
  title: 'Bekannte Encoder',
  about: {
    'all-MiniLM-L6-v2-small': (megabytes) => `${megabytes} MB, mit gerundeten Zahlen`,
    'all-MiniLM-L6-v2': (megabytes) => `${megabytes} MB, mit allen seinen Zahlen`,
  },
  hub: 'Von huggingface.co',
  fetch: 'Holen',
  notAName: 'Schreib den Namen als BESITZER/NAME, zum Beispiel BAAI/bge-small-en-v1.5.',
  files: 'Deine Dateien …',
  folder: 'Dein Ordner …',
  filesTitle: 'config.json, tokenizer.json (oder vocab.txt) und model.safetensors eines BERT-Encoders, von diesem Rechner',
  private:
    'Deine Dateien bleiben auf diesem Rechner; der Browser behält sie für deinen nächsten Besuch. Wer den Lauf wiederholt, braucht sie auch.',
};
