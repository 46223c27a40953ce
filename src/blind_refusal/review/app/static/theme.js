// Light or dark: as the system says, unless the reader has chosen. Loaded before the page is painted.
"use strict";
(() => {
  const KEY = "blind-refusal:theme";
  const root = document.documentElement;

  function chosen() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function apply(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  }

  function toggle() {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const other = (root.dataset.theme || system) === "dark" ? "light" : "dark";
    apply(other);
    try {
      localStorage.setItem(KEY, other);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }

  apply(chosen());
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-act='theme']")) toggle();
  });
})();
