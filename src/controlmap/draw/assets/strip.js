"use strict";

/** A day of the strip with what happened. @typedef {{date: string, title: string}} StripEvent */

/** What the strip marks of a source. @typedef {{shares: [day: number, share: number][], gaps: {from: number, until: number}[], redrawn: number[]}} StripMarks */

/**
 * The strip of days at the foot of the map: a slider over the share of the chosen source, with its gaps,
 * the days on which its map was redrawn, and turning points; play and steps. It only says which day is
 * wanted.
 */
class Strip {
  static #WIDTH = 1000; // of the picture, whatever the strip's width is
  static #HEIGHT = 40;

  playing = false;

  /**
   * @param {FrontText} text
   * @param {[first: number, last: number]} span
   * @param {{speeds: {days: number, name: string}[], events: StripEvent[]}} config
   * @param {(day: number, playing: boolean) => void} want
   */
  constructor(text, span, config, want) {
    this.text = text;
    this.span = span;
    this.want = want;
    this.day = span[1];
    const { words } = text;
    this.root = Page.element("div", "front-strip");
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", words.strip);
    this.playButton = Strip.#button("front-play", words.play, () => this.#toggle());
    this.slider = Page.element("input", "front-slider");
    Object.assign(this.slider, { type: "range", min: span[0], max: span[1], value: this.day });
    this.slider.setAttribute("aria-label", words.date);
    this.slider.addEventListener("input", () => this.#choose(Number(this.slider.value)));
    this.picture = Page.svg("svg", {
      viewBox: `0 0 ${Strip.#WIDTH} ${Strip.#HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true",
    });
    this.input = Page.element("input", "front-date");
    Object.assign(this.input, { type: "date", min: Figures.iso(span[0]), max: Figures.iso(span[1]) });
    this.input.setAttribute("aria-label", words.date);
    this.input.addEventListener("change", () => {
      if (this.input.value && this.input.validity.valid) this.#choose(Figures.number(this.input.value));
    });
    this.speeds = Page.element("select");
    this.speeds.setAttribute("aria-label", words.speed);
    config.speeds.forEach(({ days, name }) => this.speeds.append(new Option(name, String(days))));
    this.speeds.value = String(config.speeds[Math.floor(config.speeds.length / 2)].days);
    const track = Page.element("div", "front-track");
    track.append(this.picture, this.slider, ...config.events.map((event) => this.#event(event)));
    const latest = Strip.#button("front-latest", words.latest, () => this.#choose(span[1]), words.latest);
    const keys = Page.element("div", "front-keys");
    keys.append(
      this.playButton,
      Strip.#button("front-earlier", words.earlier, () => this.#choose(this.day - 1)),
      this.input,
      Strip.#button("front-later", words.later, () => this.#choose(this.day + 1)),
      latest, this.speeds,
    );
    this.root.append(keys, track);
    this.calendar = new Calendar(Figures.iso(span[0]), text.language);
    this.root.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {string} className @param {string} name @param {() => void} act @param {string} [shown] */
  static #button(className, name, act, shown = "") {
    const node = Page.element("button", className, shown);
    node.type = "button";
    node.title = name;
    if (!shown) node.setAttribute("aria-label", name);
    node.addEventListener("click", act);
    return node;
  }

  /** Return a mark that goes to the day of an event. @param {StripEvent} event */
  #event({ date, title }) {
    const name = this.text.say("event", { day: this.text.day(date), title });
    const [first, last] = this.span;
    const mark = Strip.#button("front-event", name, () => this.#choose(Figures.number(date)));
    mark.style.left = `${(100 * (Figures.number(date) - first)) / (last - first)}%`;
    return mark;
  }

  /** @param {number} day */
  #choose(day) {
    this.stop();
    this.#go(day, false);
  }

  /** Months by page, and play by the space bar; days and the ends are the slider's own. @param {KeyboardEvent} event */
  #key(event) {
    const { tagName } = /** @type {Element} */ (event.target);
    const months = { PageUp: 1, PageDown: -1 }[event.key];
    if (tagName === "SELECT" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (months) this.#choose(this.span[0] + this.calendar.addMonths(this.day - this.span[0], months));
    else if (event.key === " " && event.target === this.slider) this.#toggle();
    else return;
    event.preventDefault();
  }

  /** @param {number} day @param {boolean} playing */
  #go(day, playing) {
    this.want(Math.min(Math.max(day, this.span[0]), this.span[1]), playing);
  }

  /** Show a day that is chosen. @param {number} day */
  show(day) {
    this.day = day;
    this.slider.value = String(day);
    this.slider.setAttribute("aria-valuetext", this.text.day(Figures.iso(day)));
    if (document.activeElement !== this.input || this.playing) this.input.value = Figures.iso(day);
  }

  /** Mark what there is of a source. @param {StripMarks} marks */
  mark({ shares, gaps, redrawn }) {
    const [first, last] = this.span;
    const [width, height] = [Strip.#WIDTH, Strip.#HEIGHT];
    /** @param {number} day */
    const x = (day) => ((day - first) / (last - first || 1)) * width;
    const values = shares.map(([, share]) => share);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    /** @param {number} share */
    const y = (share) => 30 - ((share - low) / (high - low || 1)) * 26;
    const steps = shares.map(([day, share], i) => `${i ? `H${x(day).toFixed(1)}V` : `M${x(day).toFixed(1)},`}${y(share).toFixed(1)}`);
    const line = steps.join("");
    const ends = shares.length ? `V${height - 8}H${x(shares[0][0]).toFixed(1)}Z` : "";
    this.picture.replaceChildren(
      Page.svg("path", { class: "front-area", d: line + ends }),
      Page.svg("path", { class: "front-line", d: line }),
      ...gaps.map(({ from, until }) => Page.svg("rect", {
        class: "front-gap", x: x(from), y: 0, width: x(until) - x(from), height: height - 8,
      })),
      Page.svg("path", { class: "front-redrawn", d: redrawn.map((day) => `M${x(day).toFixed(1)},${height - 7}v3`).join("") }),
    );
  }

  #toggle() {
    if (this.playing) this.stop();
    else this.#play();
  }

  stop() {
    this.playing = false;
    this.#sync();
  }

  #sync() {
    const name = this.text.words[this.playing ? "pause" : "play"];
    this.playButton.classList.toggle("front-playing", this.playing);
    this.playButton.title = name;
    this.playButton.setAttribute("aria-label", name);
  }

  #play() {
    this.playing = true;
    this.#sync();
    if (this.day >= this.span[1]) this.#go(this.span[0], true);
    let [before, owed] = [performance.now(), 0];
    /** @param {number} now */
    const frame = (now) => {
      if (!this.playing) return;
      owed += ((now - before) / 1000) * Number(this.speeds.value);
      before = now;
      const days = Math.floor(owed);
      owed -= days;
      if (days) this.#go(this.day + days, true);
      if (this.day < this.span[1]) requestAnimationFrame(frame);
      else this.stop();
    };
    requestAnimationFrame(frame);
  }
}
