"use strict";

/** What a day of the map shows: snapshots by number, -1 for none. @typedef {{snapshot: number, since: number, before: number}} ShownDay */

/** A colour in both themes. @typedef {{light: string, dark: string}} ThemedColour */

/** Colours and words of when ground changed hands. @typedef {{start: ThemedColour, years: ({name: string} & ThemedColour)[], at_start: string, lost: string}} FaceDates */

/**
 * A source's faces on the map, status by status, as the list of layers has them switched. Knows
 * nothing of figures, panels or where the record is from.
 */
class DayFaces {
  /** By the numbers of model.Ground: the layers that a ground may be drawn as, the first that is on. */
  static #LAYERS = [
    ["rest"], ["held"], ["held"], ["contested"], ["liberated", "rest"],
    ["advance"], ["infiltration", "contested"], ["claimed-control", "rest"],
  ];
  static #BEFORE_2022 = 2;
  static #ADVANCE = 5;
  static #BY_DATE = "changed-hands"; // the layer that colours by date

  /** @type {FaceCanvas[]} */
  #canvases = [];
  #corner;
  advance = "apart";

  /** @param {MapView} view @param {FaceDates} dates @param {FrontText} text @param {boolean} [alone] else it has no legend */
  constructor(view, dates, text, alone = true) {
    this.view = view;
    this.dates = dates;
    this.text = text;
    this.legend = Page.element("div", "cm-dates");
    this.legend.hidden = true;
    this.#corner = alone ? view.control("bottomright", this.legend) : null;
    /** @type {FaceRecord | undefined} */
    this.record = undefined;
    /** @type {ShownDay} */
    this.shown = { snapshot: -1, since: -1, before: -1 };
    /** @type {Box | null} what is shown of the map, for all of it */
    this.part = null;
  }

  /** Take the record of a source, once for each. @param {FaceRecord} record */
  take(record) {
    if (this.record === record) return;
    this.#canvases.forEach((canvas) => canvas.remove());
    this.record = record;
    const { map } = this.view;
    const name = `cm-day-${DayFaces.#serial += 1}`;
    this.#canvases = [
      new FaceCanvas(map, record, `${name}-ground`, 402),
      new FaceCanvas(map, record, `${name}-before`, 403),
      new FaceCanvas(map, record, `${name}-change`, 404, new ChangeLooks(record)),
      new FaceCanvas(map, record, `${name}-dates`, 405),
    ];
    this.#dress();
    this.show(this.shown);
    this.#canvases.forEach((canvas) => canvas.show(true)); // last: all before it draws nothing
  }

  static #serial = 0;

  /** @param {ShownDay} shown */
  show(shown) {
    this.shown = shown;
    const [ground, before, change, byDate] = this.#canvases;
    if (!ground) return;
    byDate.go(shown.snapshot);
    ground.go(shown.snapshot);
    before.go(shown.before);
    /** @type {ChangeLooks} */ (change.looks).since = shown.since;
    change.go(shown.snapshot);
  }

  #dress() {
    const { record, view } = this;
    const [ground, before, change, byDate] = this.#canvases;
    this.#paintLegend();
    if (!record || !ground) return;
    /** @param {string[]} ids */
    const style = (ids) => {
      const group = ids.map((id) => view.groups[id]).find((each) => each?.on);
      return group ? view.style(group.spec) : null;
    };
    const layers = DayFaces.#LAYERS.map((ids, kind) => (
      kind === DayFaces.#ADVANCE && this.advance !== "apart" ? [this.advance] : ids
    ));
    ground.dress(record.ground, layers.map(style));
    before.dress(record.ground, layers.map((_, kind) => (
      kind === DayFaces.#BEFORE_2022 ? style(["held-before-2022"]) : null
    )));
    const held = record.ground.map((kind) => Number(layers[kind][0] === "held"));
    change.dress(held, [null, style(["gained"]), style(["lost"])]);
    this.#dressByDate(record, byDate);
  }

  /** Show a part of the map alone, in Leaflet's layer points; all of it for null. @param {Box | null} part */
  clip(part) {
    this.part = part;
    const corners = part && [[part.x, part.y], [part.x + part.w, part.y], [part.x + part.w, part.y + part.h], [part.x, part.y + part.h]];
    const path = corners ? `polygon(${corners.map(([x, y]) => `${x}px ${y}px`).join(", ")})` : "";
    this.#canvases.forEach(({ renderer }) => { /** @type {HTMLElement} */ (renderer.getPane()).style.clipPath = path; });
  }

  /** Leave the map. */
  remove() {
    this.#canvases.forEach((canvas) => canvas.remove());
    this.#canvases = [];
    this.record = undefined;
  }

  /** Return the box of what changed, as FaceRecord.box. */
  changes() {
    const looks = this.#canvases[2]?.looks.current ?? [];
    return this.record?.box((face) => Boolean(looks[face])) ?? [];
  }

  restyle() {
    this.#dress();
  }

  /** Return the colours of the years, the earliest first. */
  colours() {
    return this.dates.years.map((year) => year[this.view.theme]);
  }

  /** Whether faces are coloured by when they changed hands. */
  get byDate() {
    return this.view.groups[DayFaces.#BY_DATE]?.on ?? false;
  }

  /** @param {FaceRecord} record @param {FaceCanvas} canvas */
  #dressByDate(record, canvas) {
    const { view, dates } = this;
    if (!this.byDate) {
      canvas.dress(new Uint8Array(record.kind.length), [null]);
      return;
    }
    const first = Figures.number(record.first);
    const years = dates.years.map(({ name }) => Figures.number(`${name}-01-01`) - first);
    const colours = this.colours();
    const gained = colours.map((fillColor) => ({ fillColor, fillOpacity: 0.85 }));
    const lost = gained.map((style) => ({ ...style, ...this.#lost(), fillOpacity: 0.45 }));
    canvas.dress(FaceLooks.byYear(record, years), [null, this.#start(), ...gained, ...lost]);
    if (view.narrow) view.panel.open = false; // two legends have no room
  }

  #start() {
    return { fillColor: this.dates.start[this.view.theme], fillOpacity: 0.8 };
  }

  #lost() {
    return { hatch: "+", hatchColor: this.view.page().ink, hatchOpacity: 0.55 };
  }

  /** Say what colours the years have, where they are shown. */
  #paintLegend() {
    const { view, dates, legend, record } = this;
    legend.hidden = !this.byDate;
    this.#corner?.setPosition(view.narrow ? "topleft" : "bottomright");
    if (!record || !this.byDate) return;
    /** @param {string} name @param {PaintStyle} style @param {string} [className] */
    const entry = (name, style, className) => {
      const row = Page.element("span", className);
      const swatch = row.appendChild(Page.element("canvas"));
      Paint.swatch(swatch, "area", { fill: true, weight: 0, ...style }, view.style(view.groups.land.spec));
      row.append(name);
      return row;
    };
    const start = FaceText.fill(dates.at_start, { day: this.text.day(record.first) });
    legend.replaceChildren(
      Page.element("strong", "", view.groups[DayFaces.#BY_DATE].spec.name),
      ...dates.years.map(({ name, ...year }) => entry(name, { fillColor: year[view.theme], fillOpacity: 0.85 })),
      entry(start, this.#start(), "cm-wide"),
      entry(dates.lost, { fillColor: view.page().muted, fillOpacity: 0.3, ...this.#lost() }, "cm-wide"),
    );
  }

  // --- for tests

  /** Return the RGBA of a place: of the ground, of what was held before 2022, of changes, of dates. @param {number} lat @param {number} lon @param {number} [which] */
  pixel(lat, lon, which = 0) {
    return Paint.pixel(this.view.map, this.#canvases[which].renderer, [lat, lon]);
  }

  get settled() {
    return this.#canvases.every(({ settled }) => settled);
  }
}
