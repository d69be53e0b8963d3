"use strict";

/**
 * The front end as a page of its own. What is chosen stands in its address: behind the # of a file,
 * behind the ? of a page that is embedded,
 * and of a page of a dashboard, whose links to the other pages take it along.
 */
{
  /** @type {FrontConfig} */
  const config = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("config")).textContent);
  const root = /** @type {HTMLElement} */ (document.getElementById("edition"));
  const part = root.dataset.address === "search" ? "search" : "hash";
  const read = () => {
    const { show = "", ...choices } = Object.fromEntries(new URLSearchParams(location[part].slice(1)));
    if (root.dataset.show && ["map", "chart", "figure"].includes(show)) root.dataset.show = show;
    const source = config.sources.find(({ id }) => id === (choices.source ?? config.defaults.source));
    if (choices.date === "latest" && source) choices.date = source.last;
    return choices;
  };
  /** @param {URLSearchParams} chosen */
  const pass = (chosen) => {
    document.querySelectorAll("nav > a").forEach((link) => { /** @type {HTMLAnchorElement} */ (link).search = String(chosen); });
  };
  /** @type {Front | undefined} */
  let front;
  /** @param {FrontChoices} choices */
  const choose = (choices) => {
    // Another source has another last day: this one is said.
    const differs = Object.entries(choices).filter(([name, value]) => value
      && (value !== config.defaults[name] || (name === "date" && choices.source !== config.defaults.source)));
    const chosen = new URLSearchParams(differs);
    if (root.dataset.show) chosen.set("show", root.dataset.show);
    const before = part === "hash" ? `${location.pathname}${location.search}` : location.pathname;
    history.replaceState(null, "", chosen.size ? `${part === "hash" ? "#" : "?"}${chosen}` : before);
    pass(chosen);
  };
  if (part === "search") pass(new URLSearchParams(location.search));
  Front.mount(root, config, { choose, initial: read() })
    .then((mounted) => {
      front = mounted;
      Object.assign(window, { front });
    });
  addEventListener("hashchange", () => front?.show(read()));
}
