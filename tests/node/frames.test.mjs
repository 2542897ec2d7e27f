// The map's frames: where the points are between two of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, frameOf, past, pictureAt } from '../../www/views/frames.js';

const frames = [
  { step: 0, points: [[0, 0], [1, 0]] },
  { step: 6, points: [[-4, 2], [1, 1]] },
  { step: 12, points: [[-2, 0], [3, 5]] },
];

test('between two frames the points are on their way, and the room is that of all frames', () => {
  const bounds = { x: [-4, 3], y: [0, 5] };
  assert.deepEqual(pictureAt(frames, 0), { points: frames[0].points, bounds });
  assert.deepEqual(pictureAt(frames, 2), { points: frames[2].points, bounds });
  assert.deepEqual(pictureAt(frames, 1.5).points, [[-3, 1], [2, 3]], 'half-way');
  const [x] = pictureAt(frames, 0.25).points[0];
  assert.ok(x < 0 && x > -1, 'they set out gently');
  assert.deepEqual(between(pictureAt(frames, 0), pictureAt(frames, 1), 1), pictureAt(frames, 1));
  assert.deepEqual(past(frames, 2), [frames[0].points, frames[1].points]);
});

test('when every second frame is left out, one stays at its step or goes to the next', () => {
  assert.equal(frameOf(frames, 6), 1);
  assert.equal(frameOf([frames[0], frames[2]], 6), 1);
  assert.equal(frameOf(frames, 99), 2);
});
