"use strict";

/**
 * A record's faces on a canvas of the map. Going to another day draws again only the faces that look
 * different there: they are taken off the canvas and put back. Where they meet others, a pixel keeps a
 * trace of what was there; once nothing has changed for a moment, all is drawn anew. Knows nothing of
 * controls, words or where the record is from.
 */
class FaceCanvas {
  static #MANY = 8000; // faces: beyond, drawing everything is cheaper
  static #SETTLE_MS = 150; // without a change, until all is drawn anew
  static #CHUNK = 64; // faces in a path: what a browser takes to build one grows with its square

  /** @type {(PaintStyle | null)[]} by look */
  #styles = [];
  #shown = false;
  #blank = false; // in a gap nothing is known, and nothing is drawn
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;

  /**
   * @param {L.Map} map
   * @param {FaceRecord} record
   * @param {string} pane
   * @param {number} zIndex
   * @param {FaceLooks | ChangeLooks} [looks]
   */
  constructor(map, record, pane, zIndex, looks = new FaceLooks(record)) {
    this.map = map;
    this.record = record;
    this.looks = looks;
    this.redrawn = 0; // faces, in the last step
    this.renderer = Paint.canvas(map, pane, zIndex, {}, { _draw: () => this.#drawAll() });
  }

  /** Show each run in the style of its look; null for none. @param {Uint8Array} ofRun @param {(PaintStyle | null)[]} styles */
  dress(ofRun, styles) {
    this.#styles = styles;
    this.looks.assign(ofRun);
    this.#redraw();
  }

  /** @param {boolean} shown */
  show(shown) {
    this.#shown = shown;
    this.#redraw();
  }

  /** Go to a snapshot; -1 is a gap. @param {number} snapshot */
  go(snapshot) {
    const wasBlank = this.#blank;
    this.#blank = snapshot < 0;
    const changed = this.#blank ? [] : this.looks.go(snapshot);
    if (this.#blank || wasBlank || changed.length > FaceCanvas.#MANY) {
      this.#redraw();
      return;
    }
    this.redrawn = changed.length;
    if (changed.length && this.#shown) this.#patch(changed);
  }

  #redraw() {
    this.redrawn = this.record.faces;
    this.#drawAnew();
  }

  #drawAnew() {
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.renderer._updatePaths();
  }

  /** Leave the map, with what was still to be drawn. */
  remove() {
    clearTimeout(this.#settling);
    this.renderer.remove();
  }

  /** Whether nothing is left to be drawn anew. */
  get settled() {
    return this.#settling === undefined;
  }

  // --- drawing

  /** Runs as the canvas's _draw too, whenever Leaflet has moved or cleared it. */
  #drawAll() {
    if (!this.#shown || this.#blank) return;
    this.#fill(this.#inView(Array.from({ length: this.record.faces }, (_, face) => face)));
  }

  /** @param {number[]} changed */
  #patch(changed) {
    const faces = this.#inView(changed);
    const { _ctx: ctx } = this.renderer;
    ctx.globalCompositeOperation = "destination-out";
    ctx.globalAlpha = 1;
    ctx.fillStyle = "#000000";
    this.#paint(faces);
    ctx.globalCompositeOperation = "source-over";
    this.#fill(faces);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#drawAnew(), FaceCanvas.#SETTLE_MS);
  }

  /** Fill faces, which add up where they meet: the parts that two have in a pixel make a whole one. @param {number[]} faces */
  #fill(faces) {
    const { _ctx: ctx } = this.renderer;
    /** @type {number[][]} */
    const byLook = this.#styles.map(() => []);
    faces.forEach((face) => byLook[this.looks.current[face]].push(face));
    byLook.forEach((alike, look) => {
      const style = this.#styles[look];
      if (!style || !alike.length) return;
      ctx.globalCompositeOperation = "lighter";
      ctx.globalAlpha = style.fillOpacity ?? 1;
      ctx.fillStyle = style.fillColor ?? "";
      this.#paint(alike);
      ctx.globalCompositeOperation = "source-over";
      if (style.hatch) {
        ctx.globalAlpha = style.hatchOpacity ?? 1;
        ctx.fillStyle = Paint.hatchPattern(ctx, style.hatch, style.hatchColor ?? "");
        this.#paint(alike);
      }
      ctx.globalAlpha = 1;
    });
  }

  /** Return scale and offset from the world to the canvas's points. */
  #frame() {
    const { crs } = this.map.options;
    const scale = /** @type {L.CRS} */ (crs).scale(this.map.getZoom());
    const { x, y } = this.map.getPixelOrigin();
    return { scale, x, y };
  }

  /** @param {number[]} faces */
  #inView(faces) {
    const { scale, x, y } = this.#frame();
    const { min, max } = /** @type {{min: L.Point, max: L.Point}} */ (this.renderer._bounds);
    const [west, north] = [(min.x + x) / scale, (min.y + y) / scale];
    const [east, south] = [(max.x + x) / scale, (max.y + y) / scale];
    const { boxes } = this.record;
    return faces.filter((face) => {
      const i = 4 * face;
      return boxes[i] < east && boxes[i + 2] > west && boxes[i + 1] < south && boxes[i + 3] > north;
    });
  }

  /** @param {number[]} faces */
  #paint(faces) {
    for (let i = 0; i < faces.length; i += FaceCanvas.#CHUNK) {
      this.#trace(faces.slice(i, i + FaceCanvas.#CHUNK));
      this.renderer._ctx.fill();
    }
  }

  /** @param {number[]} faces */
  #trace(faces) {
    const { _ctx: ctx } = this.renderer;
    const { scale, x: left, y: top } = this.#frame();
    const { x, y, ringAt, pointAt } = this.record;
    ctx.beginPath();
    faces.forEach((face) => {
      for (let ring = ringAt[face]; ring < ringAt[face + 1]; ring += 1) {
        const [from, to] = [pointAt[ring], pointAt[ring + 1]];
        ctx.moveTo(x[from] * scale - left, y[from] * scale - top);
        for (let p = from + 1; p < to; p += 1) ctx.lineTo(x[p] * scale - left, y[p] * scale - top);
        ctx.closePath();
      }
    });
  }
}
