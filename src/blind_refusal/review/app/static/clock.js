// Time spent on an item: runs while the page is in view and somebody does something now and then.

const IDLE_AFTER = 60_000;
let spent = 0;
let last = null;

function tick() {
  const now = performance.now();
  if (last !== null) spent += Math.min(now - last, IDLE_AFTER);
  last = document.hidden ? null : now;
}

export function restart(seconds = 0) {
  spent = seconds * 1000;
  last = document.hidden ? null : performance.now();
}

export function seconds() {
  tick();
  return Math.round(spent / 100) / 10;
}

export function run() {
  for (const sign of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "scroll"]) {
    document.addEventListener(sign, tick, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", tick);
}
