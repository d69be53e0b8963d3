"use strict";

/**
 * One entry of the browser's history for each thing that the reader does. Streamlit pushes one for
 * every change of the address, also where the server completes that of a page just come to.
 */
{
  let entered = true; // since the reader last did something
  const act = () => { entered = false; };
  const push = history.pushState;
  history.pushState = function (...to) {
    const enter = entered ? history.replaceState : push;
    entered = true;
    enter.apply(this, to);
  };
  addEventListener("pointerdown", act, true);
  addEventListener("keydown", act, true);
  addEventListener("message", (event) => { // a map's click stays in its frame
    if (event.data?.type === "streamlit:setComponentValue") act();
  });
}

/** Enter takes a typed date, as closing the calendar does; Streamlit's field takes no notice of it. */
addEventListener("keydown", (event) => {
  const part = event.target;
  if (event.key !== "Enter" || !(part instanceof Element)) return;
  if (!part.matches("[data-testid='stDateInput'] [role='spinbutton']")) return;
  event.preventDefault();
  part.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
}, true);

/** The first page is none of Streamlit's: the browser itself follows a link to it, with what is chosen. */
addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a");
  const first = Reflect.get(window, "__streamlit").BACKEND_BASE_URL;
  if (!link || link.origin + link.pathname !== `${first}/`) return;
  link.search = location.search;
  event.stopPropagation();
}, true);
