// The code that the page shows is code that runs. Needs no browser.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { PHASES, python, rust, textOf } from '../../www/views/loop-code.js';

/** A block of lines without the indentation that they share. @param {string} text */
function dedent(text) {
  const lines = text.split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}

test('the Rust lines are those of the test that compiles them', async () => {
  const source = await readFile(new URL('../library/loop_snippet.rs', import.meta.url), 'utf8');
  const [, compiled] = source.match(/\/\/ the loop\n([^]*?)\n *\/\/ end of the loop/) ?? [];
  assert.equal(textOf(rust(2)), dedent(compiled));
});

test('with more tasks there is a loss for each, and the sum takes every one', () => {
  const text = textOf(rust(4));
  for (const line of ['let loss_d = cross_entropy(&logits[3], &batch.labels[3])?', 'examples, rows, 4)']) assert.ok(text.includes(line), text);
  assert.ok(text.includes('let total = (((loss_a + loss_b)? + loss_c)? + loss_d)?;'), text);
  assert.ok(textOf(rust(1)).includes('let total = loss_a;'));
  assert.ok(textOf(python(3)).includes('total_loss = loss_taskA + loss_taskB + loss_taskC\n'));
});

test('after a step on some tasks the sum takes these alone, and every loss is still there', () => {
  assert.ok(textOf(rust(4, [1, 3])).includes('let total = (loss_b + loss_d)?;'));
  assert.ok(textOf(rust(2, [1])).includes('let total = loss_b;'));
  assert.ok(textOf(python(3, [0, 2])).includes('total_loss = loss_taskA + loss_taskC\n'));
  for (const text of [textOf(rust(3, [0])), textOf(python(3, [0]))])
    assert.equal(text.match(/loss_(?:task)?[abcABC] = /g)?.length, 3, text);
});

test('the Python lines are the notebook’s', () => {
  assert.equal(
    textOf(python(2)),
    `for epoch in range(num_epochs):
    logits_taskA, logits_taskB = model(input_sentences)

    loss_taskA = loss_fn_taskA(logits_taskA, labels_taskA)
    loss_taskB = loss_fn_taskB(logits_taskB, labels_taskB)
    total_loss = loss_taskA + loss_taskB

    optimizer.zero_grad()
    total_loss.backward()
    optimizer.step()`,
  );
});

test('each part of a step has its lines in both languages', () => {
  for (const lines of [python(2), rust(2)])
    assert.deepEqual([...new Set(lines.flatMap(({ phase }) => phase ?? []))], PHASES);
});
