// A downloaded model in other places: the name of its zip, and the code that uses it, with the reader's own sentence and task. Pure:
// tested in Node.

const LONGEST_NAME = 60;

/**
 * @typedef {object} Use
 * @property {string} zip The file's name.
 * @property {string} sentence
 * @property {string} task The first one.
 * @property {string} [label] What the model answers for it; absent: it has not answered yet.
 */

/** The name of a zip. @param {string} title The sentences'. @param {boolean} headsOnly */
export function zipName(title, headsOnly) {
  const slug = title.normalize('NFKD').toLowerCase().replace(/\.[a-z]+$/, '').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, LONGEST_NAME);
  return `${slug || 'polytask'}-${headsOnly ? 'heads' : 'model'}.zip`;
}

/** Python, with sentence-transformers, as docs/use-your-model.md has it. @param {Use} use */
export const inPython = ({ zip, sentence, task, label }) => `# unzip -d model ${zip}
import json
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

xs = SentenceTransformer("model").encode([${JSON.stringify(sentence)}], convert_to_tensor=True).cpu()
heads = load_file("model/model.safetensors")
logits = xs @ heads[${JSON.stringify(`heads.${task}.weight`)}].T + heads[${JSON.stringify(`heads.${task}.bias`)}]
labels = json.load(open("model/config.json", "rb"))["polytask"]["tasks"][0]["labels"]
print(labels[logits.argmax()])${said('#', label)}`;

/** JavaScript, in a page. @param {Use} use */
export const inPage = ({ zip, sentence, task, label }) => `import { load } from './polytask/model.js';

const model = await load(${quoted(zip)});
const [answers] = await model.predict([${quoted(sentence)}]);
console.log(answers${member(task)}.label);${said('//', label)}`;

/** The command. @param {Use} use @param {(word: string) => string} shellWord */
export const onCommandLine = ({ zip, sentence }, shellWord) => `polytask predict --model ${shellWord(zip)} ${shellWord(sentence)}`;

/** The answer as a comment. @param {string} sign @param {string} [label] */
const said = (sign, label) => (label === undefined ? '' : `  ${sign} ${label.replace(/\s+/g, ' ')}`);

/** @param {string} text */
const quoted = (text) => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

/** @param {string} name */
const member = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${quoted(name)}]`);
