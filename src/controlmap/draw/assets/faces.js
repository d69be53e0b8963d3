/*
 * A record's faces on a canvas of the map. Going to another day draws again only the faces that look
 * different there: they are taken off the canvas and put back. Where they meet others, a pixel keeps a
 * trace of what was there; once nothing has changed for a moment, all is drawn anew. Knows nothing of
 * controls, words or where the record is from.
 */
(() => {
  "use strict";

  const MANY = 8000; // faces: beyond, drawing everything is cheaper
  const REST_MS = 150; // without a change, until all is drawn anew
  const CHUNK = 64; // faces in a path: what a browser takes to build one grows with its square

  class Faces {
    constructor(map, record, pane, zIndex) {
      this.map = map;
      this.record = record;
      this.looks = [];
      this.standing = 0;
      this.state = new Uint8Array(record.faces);
      this.before = new Uint8Array(record.faces);
      this.touched = new Uint8Array(record.faces);
      this.redrawn = 0; // faces, in the last step
      this.shown = false;
      this.renderer = window.ControlMapPaint.canvas(map, pane, zIndex, {}, { _draw: () => this.drawAll() });
    }

    /** Show each run in the look of its number in `numbers`; a look is a style, or null for none. */
    dress(numbers, looks) {
      this.numbers = numbers;
      this.looks = looks;
      const { record, standing, state } = this;
      for (let face = 0; face < record.faces; face += 1) {
        state[face] = numbers[record.runOn(face, Math.max(standing, 0))];
      }
      this.redraw();
    }

    show(shown) {
      this.shown = shown;
      this.redraw();
    }

    redraw() {
      clearTimeout(this.resting);
      this.redrawn = this.record.faces;
      this.renderer._updatePaths();
    }

    /** Go to an observed day; a negative one is unknown, and nothing is drawn. */
    go(standing) {
      const blank = standing < 0 || this.blank;
      this.blank = standing < 0;
      const changed = this.blank ? [] : this.move(standing);
      if (blank || changed.length > MANY) {
        this.redraw();
      } else {
        this.redrawn = changed.length;
        if (changed.length && this.shown) this.patch(changed);
      }
    }

    settleSoon() {
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.renderer._updatePaths(), REST_MS);
    }

    /** Bring `state` to an observed day, run by run; returns the faces that look different. */
    move(standing) {
      const { record, numbers, state, before, touched } = this;
      const list = [];
      const put = (run, number) => {
        const face = record.faceOf[run];
        if (!touched[face]) {
          touched[face] = 1;
          before[face] = state[face];
          list.push(face);
        }
        state[face] = number;
      };
      for (let k = this.standing + 1; k <= standing; k += 1) {
        for (let i = record.startAt[k]; i < record.startAt[k + 1]; i += 1) {
          put(record.starting[i], numbers[record.starting[i]]);
        }
      }
      for (let k = this.standing; k > standing; k -= 1) {
        for (let i = record.startAt[k]; i < record.startAt[k + 1]; i += 1) {
          put(record.starting[i], numbers[record.starting[i] - 1]);
        }
      }
      this.standing = standing;
      return list.filter((face) => {
        touched[face] = 0;
        return state[face] !== before[face];
      });
    }

    // --- drawing; runs as the canvas's _draw too, whenever Leaflet has moved or cleared it

    drawAll() {
      if (!this.shown || this.blank || !this.numbers) return;
      this.fill(this.inView(Array.from({ length: this.record.faces }, (_, face) => face)));
    }

    patch(changed) {
      const faces = this.inView(changed);
      const { _ctx: ctx } = this.renderer;
      ctx.globalCompositeOperation = "destination-out";
      ctx.globalAlpha = 1;
      ctx.fillStyle = "#000000";
      this.paint(faces);
      ctx.globalCompositeOperation = "source-over";
      this.fill(faces);
      this.settleSoon();
    }

    /** Faces add up where they meet: the parts that two have in a pixel make a whole one. */
    fill(faces) {
      const { _ctx: ctx } = this.renderer;
      const byLook = this.looks.map(() => []);
      faces.forEach((face) => byLook[this.state[face]].push(face));
      byLook.forEach((some, number) => {
        const look = this.looks[number];
        if (!look || !some.length) return;
        ctx.globalCompositeOperation = "lighter";
        ctx.globalAlpha = look.fillOpacity ?? 1;
        ctx.fillStyle = look.fillColor;
        this.paint(some);
        ctx.globalCompositeOperation = "source-over";
        if (look.hatch) {
          ctx.globalAlpha = look.hatchOpacity ?? 1;
          ctx.fillStyle = window.ControlMapPaint.hatchPattern(ctx, look.hatch, look.hatchColor);
          this.paint(some);
        }
        ctx.globalAlpha = 1;
      });
    }

    /** Scale and offset from the world to the canvas's own points. */
    frame() {
      const scale = this.map.options.crs.scale(this.map.getZoom());
      const { x, y } = this.map.getPixelOrigin();
      return { scale, x, y };
    }

    inView(faces) {
      const { scale, x, y } = this.frame();
      const { min, max } = this.renderer._bounds;
      const [west, north] = [(min.x + x) / scale, (min.y + y) / scale];
      const [east, south] = [(max.x + x) / scale, (max.y + y) / scale];
      const { box } = this.record;
      return faces.filter((face) => {
        const i = 4 * face;
        return box[i] < east && box[i + 2] > west && box[i + 1] < south && box[i + 3] > north;
      });
    }

    paint(faces) {
      for (let i = 0; i < faces.length; i += CHUNK) {
        this.trace(faces.slice(i, i + CHUNK));
        this.renderer._ctx.fill();
      }
    }

    trace(faces) {
      const { _ctx: ctx } = this.renderer;
      const { scale, x: left, y: top } = this.frame();
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

  window.ControlMapFaces = Faces;
})();
