"use strict";

/** What a day of the map shows: snapshots by number, -1 for none. @typedef {{snapshot: number, since: number, before: number}} ShownDay */

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

  away = false;
  active = true;
  /** @type {FaceCanvas[]} */
  #canvases = [];
  advance = "apart";

  /** @param {MapView} view @param {HTMLDivElement} root what the map's foot may be covered by */
  constructor(view, root) {
    this.view = view;
    this.root = root;
    /** @type {PlayerRecord | undefined} */
    this.record = undefined;
    /** @type {ShownDay} */
    this.shown = { snapshot: -1, since: -1, before: -1 };
  }

  /** Take the record of a source, once for each. @param {PlayerRecord} record */
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
    ];
    this.#dress();
    this.show(this.shown);
    this.#canvases.forEach((canvas) => canvas.show(true)); // last: all before it draws nothing
  }

  static #serial = 0;

  /** @param {ShownDay} shown */
  show(shown) {
    this.shown = shown;
    const [ground, before, change] = this.#canvases;
    if (!ground) return;
    ground.go(shown.snapshot);
    before.go(shown.before);
    /** @type {ChangeLooks} */ (change.looks).since = shown.since;
    change.go(shown.snapshot);
  }

  #dress() {
    const { record, view } = this;
    const [ground, before, change] = this.#canvases;
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
  }

  restyle() {
    this.#dress();
    return Promise.resolve();
  }

  growth() {
    return 0;
  }

  /** @returns {string[]} */
  colours() {
    return [];
  }

  addLegend() {}

  setHome() {}

  get settled() {
    return this.#canvases.every(({ settled }) => settled);
  }
}
