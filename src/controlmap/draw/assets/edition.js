"use strict";

/** The front end as a page of its own: what is chosen stands behind the # of its address. */
{
  /** @type {FrontConfig} */
  const config = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("config")).textContent);
  const read = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  /** @type {Front | undefined} */
  let front;
  /** @param {FrontChoices} choices */
  const choose = (choices) => {
    const differs = Object.entries(choices).filter(([name, value]) => value && value !== config.defaults[name]);
    history.replaceState(null, "", `#${new URLSearchParams(differs)}`);
  };
  Front.mount(/** @type {HTMLElement} */ (document.getElementById("edition")), config, { choose, initial: read() })
    .then((mounted) => {
      front = mounted;
      Object.assign(window, { front });
    });
  addEventListener("hashchange", () => front?.show(read()));
}
