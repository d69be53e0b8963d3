"use strict";

/** A colour in both themes. @typedef {{light: string, dark: string}} ThemedColour */

/**
 * What the player needs, as maps.Player says it.
 *
 * @typedef {object} PlayerConfig
 * @property {string} url of the record
 * @property {string} first
 * @property {string} last
 * @property {string} source whose record it is
 * @property {string[]} oblasts
 * @property {PlayerWords} words
 * @property {string} lang
 * @property {{days: number, name: string}[]} speeds
 * @property {number} speed
 * @property {string[]} replaces layers that the player's faces stand for
 * @property {string[]} draws those among them that it draws itself
 * @property {string[]} covers layers that hide where faces are coloured by date
 * @property {boolean} listens whether a dashboard takes the day that a reader wants to use
 * @property {ThemedColour} start
 * @property {(ThemedColour & {from: string, name: string})[]} years
 */

/**
 * The player: a bar below the map that goes through the record day by day, and the layer of when ground
 * changed hands. The record is fetched at first use; from then on nobody is asked. Where a dashboard
 * listens, it is sent the day that the reader wants to use.
 */
class Player {
  static #PERIODS = 6; // of a face's record, the latest ones
  static #BY_DATE = "changed-hands"; // the layer that colours by date

  /** @type {PlayerRecord | undefined} */
  record;
  /** @type {FaceCanvas | undefined} */
  canvas;
  /** @type {Promise<PlayerRecord | null> | undefined} */
  #loading;
  /** @type {Uint8Array | undefined} */
  #looksByYear;
  /** @type {TipContent & {key: string} | undefined} */
  #tip;
  /** @type {L.Control | undefined} of the legend of dates */
  #corner;
  /** @type {number[]} areas of the oblasts in km2 */
  #totals = [];
  away = false; // whether from the day of the page
  #byDate = false; // whether faces are coloured by date
  active = false; // whether faces are shown
  playing = false;
  frames = 0; // days shown, for tests

  /** @param {MapView} view @param {PlayerConfig} config */
  constructor(view, config) {
    const { words } = config;
    this.view = view;
    this.config = config;
    this.words = words;
    this.calendar = new Calendar(config.first, config.lang);
    this.text = new PlayerText(words, this.calendar, config.lang, config.source);
    this.last = this.calendar.number(config.last);
    this.home = this.last; // the day of the page
    this.day = this.last; // the day shown

    this.heading = Page.element("strong", "", this.calendar.words(this.day));
    this.note = Page.element("small", "", words.hint);
    this.cells = [...config.oblasts, words.all].map((name) => ({
      name, km2: Page.element("dd"), share: Page.element("dd", "cm-share"),
    }));
    this.useButton = Player.#button("", words.use, () => this.#use());
    this.useButton.hidden = !config.listens;
    this.backButton = Player.#button("", words.leave, () => {
      this.#leave();
      this.playButton.focus();
    });
    this.playButton = Player.#icon("cm-play", words.play, () => this.#toggle());
    this.slider = Page.element("input");
    Object.assign(this.slider, { type: "range", min: 0, max: this.last, value: this.day });
    this.slider.setAttribute("aria-label", words.day);
    this.slider.addEventListener("input", () => this.#stopAt(Number(this.slider.value)));
    this.steps = Player.#choice(words.step, Object.entries(words.steps), "day");
    this.speeds = Player.#choice(words.speed, config.speeds.map(({ days, name }) => [String(days), name]), String(config.speed));
    this.root = this.#build();
    this.legend = Page.element("div", "cm-dates");
    this.legend.hidden = true;
    this.#syncPlay();
    view.map.on("mousemove click", (event) => this.#pointAt(/** @type {L.LeafletMouseEvent} */ (event)));
  }

  // --- the record

  /** Return the record, fetched once; null where that failed, which is announced. */
  #fetch() {
    this.#loading ??= PlayerRecord.load(this.config.url).then(
      (record) => {
        this.record = record;
        this.canvas = new FaceCanvas(this.view.map, record, "cm-time", 405);
        return record;
      },
      (error) => {
        console.error("controlmap: no record to play:", error.message);
        this.view.announce(this.words.failed);
        this.#loading = undefined;
        return null;
      },
    );
    return this.#loading;
  }

  // --- days

  /** Show a day: on the canvas, in the figures, on the slider. @param {number} day */
  async go(day) {
    this.#set(Math.min(Math.max(day, 0), this.last));
    if (!(await this.#fetch())) return;
    if (!this.active || !this.away) this.#enter();
    this.#draw();
  }

  /** @param {number} day */
  #set(day) {
    this.day = day;
    this.slider.value = String(day);
    this.slider.setAttribute("aria-valuetext", this.calendar.words(day));
  }

  /** @param {number} day */
  #stopAt(day) {
    this.#pause();
    return this.go(day);
  }

  #draw() {
    if (!this.record) return;
    this.view.closeTip(); // it was about the day before
    this.canvas?.go(this.record.snapshotOn(this.day));
    this.#showFigures(this.record);
    this.frames += 1;
  }

  /** Go on by so many steps of the size chosen. @param {number} count @param {string} [size] */
  #step(count, size = this.steps.value) {
    if (size === "month") return this.#stopAt(this.calendar.addMonths(this.day, count));
    return this.#stopAt(this.day + count * (size === "week" ? 7 : 1));
  }

  #toggle() {
    if (this.playing) this.#pause();
    else this.play();
  }

  async play() {
    this.playing = true;
    this.#syncPlay();
    await this.go(this.day === this.last ? 0 : this.day);
    if (!this.record) this.#pause();
    let [before, owed] = [performance.now(), 0];
    /** @param {number} now */
    const frame = (now) => {
      if (!this.playing) return;
      owed += ((now - before) / 1000) * Number(this.speeds.value);
      before = now;
      const days = Math.floor(owed);
      owed -= days;
      if (days) this.go(this.day + days);
      if (this.day >= this.last) this.#pause();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #pause() {
    this.playing = false;
    this.#syncPlay();
  }

  #syncPlay() {
    this.playButton.classList.toggle("cm-playing", this.playing);
    Player.#name(this.playButton, this.playing ? this.words.pause : this.words.play);
  }

  // --- in and out

  /** Let the player's faces take the place of the layers of the day. */
  #enter() {
    const { replaces, covers, draws } = this.config;
    this.#setAway(true);
    this.active = true;
    this.view.veil(this.#byDate ? [...replaces, ...covers] : replaces, this.#byDate ? [] : draws);
    this.#dress();
    this.canvas?.show(true);
  }

  /** @param {boolean} away */
  #setAway(away) {
    this.away = away;
    this.root.classList.toggle("cm-away", away);
    this.view.container.classList.toggle("cm-away", away);
    this.view.describe();
  }

  /** Return how much more of the map's foot the player takes at play, in pixels. */
  growth() {
    const style = getComputedStyle(this.root);
    /** @param {string} name */
    const height = (name) => parseFloat(style.getPropertyValue(name));
    return height("--player-play") - height("--player-rest");
  }

  /** Go back to the day that the page around the map shows. */
  #leave() {
    this.#pause();
    this.#set(this.home);
    this.#setAway(false);
    this.heading.textContent = this.calendar.words(this.home);
    this.note.textContent = this.words.hint;
    if (this.#byDate && this.record) {
      this.#draw();
      return;
    }
    this.active = false;
    this.view.veil([]);
    this.canvas?.show(false);
  }

  /** Take the day that the page shows now. @param {string} iso @param {number[]} totals areas of the oblasts in km2 */
  setHome(iso, totals) {
    this.#totals = totals;
    this.home = this.calendar.number(iso);
    Player.#name(this.backButton, PlayerText.fill(this.words.leave_for, { day: this.calendar.words(this.home) }));
    if (this.home === this.day || !this.away) this.#leave();
    else if (this.record) this.#showFigures(this.record);
  }

  #use() {
    this.#pause();
    this.view.send({ day: this.calendar.iso(this.day) });
  }

  // --- styles

  /** Take over that a layer was switched, or that the theme has changed. */
  async restyle() {
    const byDate = this.view.groups[Player.#BY_DATE]?.on ?? false;
    const turned = byDate !== this.#byDate;
    this.#byDate = byDate;
    if (turned && byDate && this.view.narrow) this.view.panel.open = false; // two legends have no room
    this.#paintLegend();
    if (byDate) await this.#fetch();
    if (!this.record || !(this.active || byDate)) return;
    const away = this.away;
    if (turned && !byDate && !away) {
      this.#leave();
      return;
    }
    this.#enter();
    this.#setAway(away);
    this.#draw();
  }

  #dress() {
    const { view, record, canvas, config } = this;
    if (!record || !canvas) return;
    if (!this.#byDate) {
      /** @param {string} id */
      const style = (id) => (view.groups[id]?.on ? view.style(view.groups[id].spec) : null);
      canvas.dress(record.kind, [style("rest"), style("held"), style("contested")]);
      return;
    }
    const years = config.years.map(({ from }) => this.calendar.number(from));
    this.#looksByYear ??= FaceLooks.byYear(record, years);
    const start = { fillColor: this.#colour(config.start), fillOpacity: 0.8 };
    const gained = config.years.map((year) => ({ fillColor: this.#colour(year), fillOpacity: 0.85 }));
    const lost = gained.map((style) => ({
      ...style, fillOpacity: 0.45, hatch: "+", hatchColor: view.page().ink, hatchOpacity: 0.55,
    }));
    canvas.dress(this.#looksByYear, [null, start, ...gained, ...lost]);
  }

  /** @param {ThemedColour} themed */
  #colour(themed) {
    return themed[this.view.theme];
  }

  /** Return the colours of the years, the earliest first. */
  colours() {
    return this.config.years.map((year) => this.#colour(year));
  }

  // --- tips and figures

  /** Tell of the face below the pointer; a click has its tip stay, with all of its record. @param {L.LeafletMouseEvent} event */
  #pointAt({ latlng, originalEvent, type }) {
    const { view, record } = this;
    if (!record || !this.active || this.playing || view.tipContent?.rank !== undefined) return;
    if (originalEvent.target instanceof Element && originalEvent.target.closest(".leaflet-control, .cm-tip")) return;
    const pinned = type === "click";
    if (view.tip?.pinned && !pinned) return;
    const { x, y } = view.map.project(latlng, 0).divideBy(256);
    const face = record.snapshotOn(this.day) < 0 ? -1 : record.faceAt(x, y);
    if (face < 0) view.closeTip();
    else view.openTip({ latlng, content: this.#tipOf(record, face, pinned), type, pinned });
  }

  /** Return the same object for the same face and day, by which the map knows its tip. @param {PlayerRecord} record @param {number} face @param {boolean} whole */
  #tipOf(record, face, whole) {
    const key = `${face} ${this.day} ${whole}`;
    if (this.#tip?.key !== key) {
      const lines = this.text.face(record, face, this.day, whole ? Infinity : Player.#PERIODS);
      this.#tip = { key, record: true, lines };
    }
    return this.#tip;
  }

  /** @param {PlayerRecord} record */
  #showFigures(record) {
    if (!this.away) return;
    const areas = record.areas(record.snapshotOn(this.day));
    this.text.figures(areas, this.#totals).forEach(([km2, share], i) => {
      this.cells[i].km2.textContent = km2;
      this.cells[i].share.textContent = share;
    });
    this.heading.textContent = this.calendar.words(this.day);
    this.note.textContent = this.text.note(record, this.day, this.home);
    this.useButton.disabled = this.day === this.home;
  }

  // --- the bar and the panel

  /** @param {string} className @param {string} text @param {() => void} act */
  static #button(className, text, act) {
    const node = Page.element("button", className, text);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }

  /** @param {string} className @param {string} name @param {() => void} act */
  static #icon(className, name, act) {
    const node = Player.#button(className, "", act);
    Player.#name(node, name);
    return node;
  }

  /** @param {HTMLElement} node @param {string} name */
  static #name(node, name) {
    node.setAttribute("aria-label", name);
    node.title = name;
  }

  /** @param {string} name @param {string[][]} entries value and text @param {string} chosen */
  static #choice(name, entries, chosen) {
    const node = Page.element("select");
    Player.#name(node, name);
    entries.forEach(([value, text]) => node.append(new Option(text, value)));
    node.value = chosen;
    return node;
  }

  #build() {
    const { words, view } = this;
    const root = Page.element("div", "cm-player");
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", words.player);
    const bar = Page.element("div", "cm-bar");
    bar.append(
      this.playButton,
      Player.#icon("cm-back", words.earlier_step, () => this.#step(-1)),
      this.slider,
      Player.#icon("cm-on", words.later_step, () => this.#step(1)),
      this.steps,
      this.speeds,
    );
    root.append(this.#buildPanel(), bar);
    root.addEventListener("keydown", (event) => this.#key(event));
    view.container.after(root);
    view.container.classList.add("cm-above-player");
    return root;
  }

  /** The day in large, its figures by oblast, and the two ways out. */
  #buildPanel() {
    const panel = Page.element("div", "cm-now");
    const about = Page.element("div", "cm-about");
    about.append(this.heading, this.note);
    const list = Page.element("dl");
    list.setAttribute("aria-label", this.words.caption);
    this.cells.forEach(({ name, km2, share }) => {
      const row = list.appendChild(Page.element("div"));
      row.append(Page.element("dt", "", name), share, km2);
    });
    const foot = Page.element("div", "cm-foot");
    foot.append(this.useButton, this.backButton);
    panel.append(about, list, foot);
    return panel;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { tagName } = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || tagName === "SELECT") return;
    /** @type {Record<string, () => void>} */
    const acts = {
      " ": () => this.#toggle(),
      ArrowRight: () => this.#step(1),
      ArrowUp: () => this.#step(1),
      ArrowLeft: () => this.#step(-1),
      ArrowDown: () => this.#step(-1),
      PageUp: () => this.#step(1, "month"),
      PageDown: () => this.#step(-1, "month"),
      Home: () => this.#stopAt(0),
      End: () => this.#stopAt(this.last),
      Escape: () => this.#leave(),
    };
    // A button answers to the space bar itself.
    if (!acts[event.key] || (event.key === " " && tagName === "BUTTON")) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  /** Put the legend of dates on the map, in a corner that the oblasts leave free. */
  addLegend() {
    this.#corner = this.view.control("bottomright", this.legend);
  }

  #paintLegend() {
    const { words, config, view, legend } = this;
    const page = view.page();
    legend.hidden = !this.#byDate;
    this.#corner?.setPosition(view.narrow ? "topleft" : "bottomright");
    legend.replaceChildren();
    if (!this.#byDate) return;
    legend.append(Page.element("strong", "", view.groups[Player.#BY_DATE].spec.name));
    /** @param {string} name @param {PaintStyle} style @param {string} [className] */
    const entry = (name, style, className) => {
      const row = legend.appendChild(Page.element("span", className));
      const swatch = row.appendChild(Page.element("canvas"));
      Paint.swatch(swatch, "area", { fill: true, weight: 0, ...style }, view.style(view.groups.land.spec));
      row.append(name);
    };
    config.years.forEach((year) => entry(year.name, { fillColor: this.#colour(year), fillOpacity: 0.85 }));
    const atStart = PlayerText.fill(words.at_start, { day: this.calendar.words(0) });
    entry(atStart, { fillColor: this.#colour(config.start), fillOpacity: 0.8 }, "cm-wide");
    entry(words.lost, {
      fillColor: page.muted, fillOpacity: 0.3, hatch: "+", hatchColor: page.ink, hatchOpacity: 0.55,
    }, "cm-wide");
  }

  // --- for tests

  state() {
    const { active, playing, day, frames, record, canvas } = this;
    return {
      active, playing, frames,
      byDate: this.#byDate,
      day: this.calendar.iso(day),
      loaded: Boolean(record),
      shown: this.heading.textContent,
      note: this.note.textContent,
      figures: this.cells.map(({ km2, share }) => [km2.textContent, share.textContent]),
      redrawn: canvas?.redrawn ?? 0,
      settled: canvas?.settled ?? true,
    };
  }
}
