"use strict";

/** One side of a swipe: whose map of which day. @typedef {{name: string, faces: DayFaces}} SwipeSide */

/**
 * Two maps side by side in one frame, parted by a bar that pointer, touch and keys move. Knows nothing
 * of records or figures.
 */
class Swipe {
  static #STEP = 0.02; // of the frame's width, by a key

  at = 0.5;
  /** @type {[left: SwipeSide, right: SwipeSide] | null} */
  sides = null;

  /** @param {MapView} view @param {string} name of the bar */
  constructor(view, name) {
    this.view = view;
    this.bar = Page.element("div", "front-swipe");
    this.bar.tabIndex = 0;
    Object.entries({
      role: "slider", "aria-label": name, "aria-orientation": "horizontal", "aria-valuemin": "0", "aria-valuemax": "100",
    }).forEach(([attribute, value]) => this.bar.setAttribute(attribute, value));
    this.names = [Page.element("span", "front-side front-left"), Page.element("span", "front-side front-right")];
    this.bar.append(...this.names);
    this.bar.hidden = true;
    L.DomEvent.disableClickPropagation(this.bar);
    this.bar.addEventListener("pointerdown", (event) => this.bar.setPointerCapture(event.pointerId));
    this.bar.addEventListener("pointermove", (event) => {
      if (this.bar.hasPointerCapture(event.pointerId)) this.#drag(event.clientX);
    });
    this.bar.addEventListener("keydown", (event) => this.#key(event));
    view.container.append(this.bar);
    view.map.on("move viewreset resize", () => this.place());
  }

  /** Show two sides, or one that fills the frame. @param {[left: SwipeSide, right: SwipeSide] | null} sides */
  show(sides) {
    this.sides?.forEach(({ faces }) => faces.clip(null));
    this.sides = sides;
    this.bar.hidden = !sides;
    sides?.forEach(({ name }, i) => { this.names[i].textContent = name; });
    this.place();
  }

  /** @param {number} x of the page */
  #drag(x) {
    const { left, width } = this.view.container.getBoundingClientRect();
    this.#put((x - left) / width);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    /** @type {Record<string, number>} */
    const to = { ArrowLeft: this.at - Swipe.#STEP, ArrowRight: this.at + Swipe.#STEP, Home: 0, End: 1 };
    if (to[event.key] === undefined) return;
    this.#put(to[event.key]);
    event.preventDefault();
    event.stopPropagation(); // the map would move
  }

  /** @param {number} at */
  #put(at) {
    this.at = Math.min(Math.max(at, 0), 1);
    this.place();
  }

  /** Put the bar where it is to be, and each side on its own part of the frame. */
  place() {
    if (!this.sides) return;
    const { map } = this.view;
    const { x: width, y: height } = map.getSize();
    const bar = this.at * width;
    this.bar.style.left = `${bar}px`;
    this.bar.setAttribute("aria-valuenow", String(Math.round(100 * this.at)));
    this.bar.setAttribute("aria-valuetext", this.names.map(({ textContent }) => textContent).join(" | "));
    const { x, y } = map.containerPointToLayerPoint([0, 0]);
    [[0, bar], [bar, width]].forEach(([from, to], i) => {
      this.sides?.[i].faces.clip({ x: x + from, y, w: to - from, h: height });
    });
  }
}
