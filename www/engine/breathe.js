// A pause in the worker's long work, in which it handles waiting messages.

/** How long messages may wait: nobody notices 4 ms, and handling them takes a sixth of a linear probe's step. */
const BREATH_MS = 4;

/**
 * Lets the worker handle waiting messages, if the last time was `BREATH_MS` ago. It is not a timer, since browsers slow timers
 * down in the background.
 */
export function breathe() {
  if (performance.now() - last < BREATH_MS) return undefined;
  channel ??= open();
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      waiting.push(resolve);
      channel?.postMessage(null);
    })
  );
}

/** @type {(() => void)[]} */
const waiting = [];
let last = -Infinity;
/** @type {MessagePort | undefined} */
let channel;

/** Opens the channel through which the worker sends itself a message. */
function open() {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    last = performance.now();
    waiting.shift()?.();
  };
  return port2;
}
