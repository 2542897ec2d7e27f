// The code that uses a downloaded model: what it says for ordinary names, and that no name or sentence breaks out of its quotes.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inPage, inPython, onCommandLine } from '../../www/lab/model/use.js';
import { shellWord } from '../../www/views/code.js';

const USE = { zip: 'topics-model.zip', sentence: 'The soup was cold.', task: 'topic', label: 'food' };
const HARMFUL = { zip: 'x.zip', sentence: `It's "so" \\ \${nice} \`x\` $(id)\n\u2028 ü`, task: `it's a "task"`, label: 'two\nlines' };

test('in Python it is what the guide says, with the answer beside it', () => {
  const guide = readFileSync(new URL('../../docs/use-your-model.md', import.meta.url), 'utf8');
  const lines = inPython(USE).split('\n');
  for (const line of lines.filter((line) => /^(from|logits|heads)/.test(line))) assert.ok(guide.includes(`\n${line}\n`), line);
  assert.deepEqual([lines[0], lines.at(-1)], ['# unzip -d model topics-model.zip', 'print(labels[logits.argmax()])  # food']);
  assert.ok(inPython({ ...USE, label: undefined }).endsWith('\nprint(labels[logits.argmax()])'));
});

test('in a page it is what the guide says, and runs', async () => {
  assert.equal(
    inPage(USE),
    "import { load } from './polytask/model.js';\n\nconst model = await load('topics-model.zip');\nconst [answers] = await model.predict(['The soup was cold.']);\nconsole.log(answers.topic.label);  // food",
  );
  for (const use of [USE, HARMFUL]) {
    const asked = [];
    const load = async (zip) => ({
      predict: async ([sentence]) => {
        asked.push(zip, sentence);
        return [{ [use.task]: { label: use.label } }];
      },
    });
    const body = inPage(use).replace(/^import .*/, '');
    await new (async () => {}).constructor('load', 'console', body)(load, { log: (label) => asked.push(label) });
    assert.deepEqual(asked, [use.zip, use.sentence, use.label]);
  }
});

test('on the command line a shell reads the words as they are', () => {
  assert.equal(onCommandLine(USE, shellWord), "polytask predict --model 'topics-model.zip' 'The soup was cold.'");
  const said = execFileSync('sh', ['-c', onCommandLine(HARMFUL, shellWord).replace('polytask predict', "printf '%s|'")], { encoding: 'utf8' });
  assert.equal(said, `--model|${HARMFUL.zip}|${HARMFUL.sentence}|`);
});

const hasPython = spawnSync('python3', ['-c', '']).status === 0;
test('Python reads the strings as they are', { skip: !hasPython && 'there is no Python' }, () => {
  const code = inPython(HARMFUL);
  const script = `import ast, json, sys
tree = ast.parse(sys.stdin.read())
print(json.dumps([node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]))`;
  const strings = JSON.parse(execFileSync('python3', ['-c', script], { input: code, encoding: 'utf8' }));
  for (const text of [HARMFUL.sentence, `heads.${HARMFUL.task}.weight`, `heads.${HARMFUL.task}.bias`]) assert.ok(strings.includes(text), text);
  assert.ok(code.endsWith('  # two lines'));
});
