/*
 * A record read in the browser: the file of player_record.py as faces, runs, days and areas, and what can be
 * asked of them. Knows nothing of maps, pages or servers. Days are counted from the record's first.
 */
(() => {
  "use strict";

  const DAY_MS = 86_400_000;
  const CELLS = 96; // a side of the index that finds the face at a point

  /** Where each of many runs of `counts` items begins, and last where all of them end. */
  function starts(counts) {
    const out = new Int32Array(counts.length + 1);
    counts.forEach((count, i) => { out[i + 1] = out[i] + count; });
    return out;
  }

  /** Positions in Web Mercator, the world from 0 to 1, y downwards. */
  function positions(steps, unitsPerDegree) {
    const [x, y] = [new Float64Array(steps.length / 2), new Float64Array(steps.length / 2)];
    let [lon, lat] = [0, 0];
    for (let p = 0; p < x.length; p += 1) {
      lon += steps[2 * p] / unitsPerDegree;
      lat += steps[2 * p + 1] / unitsPerDegree;
      x[p] = lon / 360 + 0.5;
      y[p] = 0.5 - Math.asinh(Math.tan(lat * (Math.PI / 180))) / (2 * Math.PI);
    }
    return { x, y };
  }

  class Record {
    constructor(columns) {
      if (columns.format !== 2) throw new Error(`a record of format ${columns.format}, not 2`);
      const km2 = (units) => units.map((unit) => unit / columns.units_per_km2);
      this.oblasts = columns.oblasts;
      this.first = Date.parse(columns.first);
      this.carryDays = columns.carry_days;
      this.observed = columns.day; // the days that have a snapshot of their own
      this.last = this.observed.at(-1);
      this.tellsContested = columns.contested_reported;
      this.held = columns.held.map(km2); // by oblast and observed day
      this.contested = columns.contested.map(km2);

      this.faceOblast = columns.face_oblast;
      this.ringAt = starts(columns.face_rings);
      this.pointAt = starts(columns.ring_points);
      Object.assign(this, positions(columns.steps, columns.units_per_degree));
      this.faces = this.faceOblast.length;
      this.box = this.boxes();

      this.runAt = starts(columns.face_runs);
      this.kind = Uint8Array.from(columns.run_kind);
      this.since = Int32Array.from(columns.run_since); // counts snapshots' days, not days
      this.sortRunsByDay();
    }

    boxes() {
      const out = new Float64Array(4 * this.faces);
      for (let face = 0; face < this.faces; face += 1) {
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        const to = this.pointAt[this.ringAt[face + 1]];
        for (let p = this.pointAt[this.ringAt[face]]; p < to; p += 1) {
          box[0] = Math.min(box[0], this.x[p]);
          box[1] = Math.min(box[1], this.y[p]);
          box[2] = Math.max(box[2], this.x[p]);
          box[3] = Math.max(box[3], this.y[p]);
        }
        out.set(box, 4 * face);
      }
      return out;
    }

    /** The runs that begin on each observed day, and the face of each run. */
    sortRunsByDay() {
      this.faceOf = new Int32Array(this.kind.length);
      for (let face = 0; face < this.faces; face += 1) {
        this.faceOf.fill(face, this.runAt[face], this.runAt[face + 1]);
      }
      const counts = new Int32Array(this.observed.length);
      this.since.forEach((day) => { counts[day] += 1; });
      this.startAt = starts(counts);
      const next = this.startAt.slice();
      this.starting = new Int32Array(this.kind.length);
      this.since.forEach((day, run) => { this.starting[next[day]++] = run; });
    }

    /** The observed day that stands for a day: itself, or the last before it; -1 in a gap. */
    standing(day) {
      let [low, high] = [0, this.observed.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.observed[middle] <= day) low = middle + 1;
        else high = middle;
      }
      return low && day - this.observed[low - 1] <= this.carryDays ? low - 1 : -1;
    }

    /** Of each time of which nothing is known: its first day, and which observed day ends it. */
    gaps() {
      const silent = (day, i) => [this.observed[i - 1] + this.carryDays + 1, i];
      return this.observed.map(silent).filter(([from, i]) => i && from < this.observed[i]);
    }

    /** Held and contested km2 of each oblast; null for what is not reported. */
    figures(standing) {
      return this.oblasts.map((name, i) => ({
        name,
        held: this.held[i][standing] ?? null,
        contested: this.tellsContested[standing] ? this.contested[i][standing] : null,
      }));
    }

    /** The run of a face that an observed day lies in. */
    runOn(face, standing) {
      let run = this.runAt[face];
      while (run + 1 < this.runAt[face + 1] && this.since[run + 1] <= standing) run += 1;
      return run;
    }

    iso(day) {
      return new Date(this.first + day * DAY_MS).toISOString().slice(0, 10);
    }

    dayOf(iso) {
      return Math.round((Date.parse(iso) - this.first) / DAY_MS);
    }

    // --- which face is at a point

    faceAt(x, y) {
      this.cells ??= this.index();
      const { west, north, width, height, lists } = this.cells;
      const column = Math.floor(((x - west) / width) * CELLS);
      const row = Math.floor(((y - north) / height) * CELLS);
      if (column < 0 || row < 0 || column >= CELLS || row >= CELLS) return -1;
      return lists[row * CELLS + column]?.find((face) => this.contains(face, x, y)) ?? -1;
    }

    index() {
      const { box, faces } = this;
      let [west, north, east, south] = [1, 1, 0, 0];
      for (let i = 0; i < 4 * faces; i += 4) {
        west = Math.min(west, box[i]);
        north = Math.min(north, box[i + 1]);
        east = Math.max(east, box[i + 2]);
        south = Math.max(south, box[i + 3]);
      }
      const [width, height] = [(east - west) * 1.0001, (south - north) * 1.0001];
      const lists = [];
      const column = (x) => Math.floor(((x - west) / width) * CELLS);
      const row = (y) => Math.floor(((y - north) / height) * CELLS);
      for (let face = 0; face < faces; face += 1) {
        const [x0, y0, x1, y1] = box.subarray(4 * face, 4 * face + 4);
        for (let r = row(y0); r <= row(y1); r += 1) {
          for (let c = column(x0); c <= column(x1); c += 1) (lists[r * CELLS + c] ??= []).push(face);
        }
      }
      return { west, north, width, height, lists };
    }

    /** Whether a face covers a point: its rings are crossed an odd number of times on the way out. */
    contains(face, x, y) {
      const [x0, y0, x1, y1] = this.box.subarray(4 * face, 4 * face + 4);
      if (x < x0 || x > x1 || y < y0 || y > y1) return false;
      let inside = false;
      for (let ring = this.ringAt[face]; ring < this.ringAt[face + 1]; ring += 1) {
        const [from, to] = [this.pointAt[ring], this.pointAt[ring + 1]];
        for (let p = from, q = to - 1; p < to; q = p, p += 1) {
          const above = this.y[p] > y;
          if (above === this.y[q] > y) continue;
          const at = this.x[p] + ((y - this.y[p]) / (this.y[q] - this.y[p])) * (this.x[q] - this.x[p]);
          if (x < at) inside = !inside;
        }
      }
      return inside;
    }
  }

  async function load(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} for ${url}`);
    const opened = response.body.pipeThrough(new DecompressionStream("gzip"));
    return new Record(await new Response(opened).json());
  }

  window.ControlMapRecord = { load, Record, REST: 0, HELD: 1, CONTESTED: 2 };
})();
