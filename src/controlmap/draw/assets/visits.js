"use strict";

/**
 * Since when the reader has not been here. This browser alone knows it: for each source the last day
 * of its record that was seen today, and the one that was seen before today.
 */
{
  /** @typedef {{on: string, seen: string, before?: string}} Visits */
  const STORE = "controlmap.visits";

  /** @returns {{[source: string]: Visits}} */
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(STORE) ?? "") || {};
    } catch {
      return {}; // storage is forbidden or holds something else: this is the first visit
    }
  };

  /** Return the visits with this one. @param {Visits | undefined} known @param {string} day @returns {Visits} */
  const visited = (known, day) => {
    const on = new Date().toISOString().slice(0, 10);
    return known?.on === on ? { ...known, seen: day } : { on, seen: day, before: known?.seen };
  };

  /** Remember the day, and show a link from the one before. @param {HTMLElement} place */
  const show = (place) => {
    const { source = "", last = "", words = "", language } = place.dataset;
    const all = read();
    all[source] = visited(all[source], last);
    try {
      localStorage.setItem(STORE, JSON.stringify(all));
    } catch {
      return; // storage is forbidden: no visit is the last one
    }
    const { before } = all[source];
    const [link] = place.getElementsByTagName("a");
    if (!before) return;
    const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(before));
    const address = new URL(link.href);
    address.searchParams.set("from", before);
    link.href = address.href;
    link.textContent = words.replace("{day}", day);
    place.hidden = false;
  };

  const places = /** @type {HTMLCollectionOf<HTMLElement>} */ (document.getElementsByClassName("cm-since-visit"));
  new MutationObserver(() => {
    [...places].filter((place) => place.hidden && !place.dataset.done).forEach((place) => {
      place.dataset.done = "true";
      show(place);
    });
  }).observe(document, { childList: true, subtree: true });
}
