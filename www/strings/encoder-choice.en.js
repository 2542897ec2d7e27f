// Words for the choice of an encoder, in English. Loaded with it.

export default {
  title: 'Known encoders',
  /** @type {Record<string, (megabytes: string) => string>} */
  about: {
    'all-MiniLM-L6-v2-small': (megabytes) => `${megabytes} MB, with rounded numbers`,
    'all-MiniLM-L6-v2': (megabytes) => `${megabytes} MB, with all of its numbers`,
  },
  hub: 'From huggingface.co',
  fetch: 'Fetch',
  notAName: 'Write the name as OWNER/NAME, for example BAAI/bge-small-en-v1.5.',
  files: 'Your files…',
  folder: 'Your folder…',
  filesTitle: 'config.json, tokenizer.json (or vocab.txt) and model.safetensors of a BERT encoder, from this machine',
  private: 'Your files stay on this machine; the browser keeps them for your next visit. Whoever repeats the run needs them too.',
};
