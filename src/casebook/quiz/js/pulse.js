// @ts-check
// Whether a worker lives: a browser that lacks memory ends one without a word to the page.
//
// A living worker answers a beat at once, unless Python is at work in it: then it is given longer. Only seconds
// in which the page is seen are counted, since a page in the background stands still.

const SECOND = 1000; // milliseconds
const IDLE = 4; // seconds for one that has nothing to do
const BUSY = 60; // seconds for one at work: a plain start is silent for 6 on a laptop, for more on an old phone

/**
 * @param {{ postMessage(message: object): void }} worker
 * @param {() => void} dead
 */
export function pulse(worker, dead) {
  let silent = 0; // seconds
  let limit = BUSY;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;

  function tick() {
    if (document.hidden) return;
    if (++silent > limit) {
      stop();
      dead();
    } else worker.postMessage({ beat: silent });
  }

  function stop() {
    clearInterval(clock);
    clock = undefined;
  }

  return {
    stop,
    /**
     * Something is awaited of it.
     * @param {boolean} idle whether it had nothing to do before
     */
    watch(idle) {
      if (clock) return;
      silent = 0;
      limit = idle ? IDLE : BUSY;
      worker.postMessage({ beat: 0 }); // before the question, so that one without work answers it
      clock = setInterval(tick, SECOND);
    },
    /** It said something. */
    heard() {
      silent = 0;
      limit = BUSY;
    },
  };
}
