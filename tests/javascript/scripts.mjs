// The map's scripts as a page loads them: one after the other, into one scope.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

/** @param {string[]} names */
export function loadScripts(...names) {
  for (const name of names) {
    const url = new URL(`../../src/controlmap/draw/assets/${name}.js`, import.meta.url);
    runInThisContext(readFileSync(url, "utf-8"), { filename: url.pathname });
  }
}
