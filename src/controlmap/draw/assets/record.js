"use strict";

/**
 * The file of face_record.py: integers in columns.
 *
 * @typedef {object} RecordColumns
 * @property {number} format
 * @property {string} first the record's first day, as an ISO date
 * @property {number} units_per_degree
 * @property {number} carry_days days after a snapshot for which it still stands
 * @property {string[]} oblasts their names
 * @property {number[]} day days that have a snapshot, counted from the first
 * @property {number[]} contested_reported 1 where the snapshot of that day reports contested ground
 * @property {number[]} face_oblast
 * @property {number[]} face_rings how many rings a face has
 * @property {number[]} ring_points how many points a ring has
 * @property {number[]} steps x, y of each point, as steps from the point before
 * @property {number[]} face_runs how many runs a face has
 * @property {number[]} run_since the snapshot that a run begins with
 * @property {number[]} run_ground what a face is in a run, by the numbers of model.Ground
 * @property {number[]} kinds what each ground is: not held, held or contested
 */

/** A time in which a face stays one kind: its first day, and the kind or null in a gap. @typedef {[since: number, kind: number | null]} Period */

/** Cells of a grid over all faces, with the faces whose boxes touch each. @typedef {{west: number, north: number, width: number, height: number, lists: number[][]}} FaceIndex */

/**
 * A record read in the browser: faces, runs and days, and what can be asked of them. Knows
 * nothing of maps, pages or servers. Days are counted from the record's first; a snapshot is the
 * number of a day that has one, -1 for none.
 */
class FaceRecord {
  static FORMAT = 4;
  static NOT_HELD = 0;
  static HELD = 1;
  static CONTESTED = 2;
  static #CELLS = 96; // a side of the index that finds the face at a point

  /** Return the JSON that a stream holds, gzipped. @param {ReadableStream} stream */
  static unpacked(stream) {
    return new Response(stream.pipeThrough(new DecompressionStream("gzip"))).json();
  }

  /** @param {RecordColumns} columns */
  constructor(columns) {
    if (columns.format !== FaceRecord.FORMAT) {
      throw new Error(`a record of format ${columns.format}, not ${FaceRecord.FORMAT}`);
    }
    this.first = columns.first;
    this.oblasts = columns.oblasts;
    this.carryDays = columns.carry_days;
    this.days = columns.day;
    this.contestedReported = columns.contested_reported;

    this.faces = columns.face_oblast.length;
    this.faceOblast = columns.face_oblast;
    this.ringAt = FaceRecord.#starts(columns.face_rings);
    this.pointAt = FaceRecord.#starts(columns.ring_points);
    const { x, y } = FaceRecord.#positions(columns.steps, columns.units_per_degree);
    this.x = x;
    this.y = y;
    this.boxes = this.#boxes();

    this.runAt = FaceRecord.#starts(columns.face_runs);
    this.ground = Uint8Array.from(columns.run_ground);
    this.kind = this.ground.map((ground) => columns.kinds[ground]);
    this.since = Int32Array.from(columns.run_since);
    this.faceOf = this.#faceOfRuns();
    const { beginAt, beginning } = this.#sortRuns();
    this.beginAt = beginAt;
    this.beginning = beginning;
    /** @type {FaceIndex | undefined} */
    this.index = undefined;
  }

  /** Return where each of many groups of `counts` items begins, and last where all of them end. @param {ArrayLike<number>} counts */
  static #starts(counts) {
    const starts = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i += 1) starts[i + 1] = starts[i] + counts[i];
    return starts;
  }

  /**
   * Return positions in Web Mercator, the world from 0 to 1, y downwards.
   * @param {number[]} steps
   * @param {number} unitsPerDegree
   */
  static #positions(steps, unitsPerDegree) {
    const [x, y] = [new Float64Array(steps.length / 2), new Float64Array(steps.length / 2)];
    let [lon, lat] = [0, 0];
    for (let p = 0; p < x.length; p += 1) {
      lon += steps[2 * p] / unitsPerDegree;
      lat += steps[2 * p + 1] / unitsPerDegree;
      ({ x: x[p], y: y[p] } = FaceRecord.position(lon, lat));
    }
    return { x, y };
  }

  /** Return west, north, east, south of each face. */
  #boxes() {
    const boxes = new Float64Array(4 * this.faces);
    for (let face = 0; face < this.faces; face += 1) {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      const to = this.pointAt[this.ringAt[face + 1]];
      for (let p = this.pointAt[this.ringAt[face]]; p < to; p += 1) {
        box[0] = Math.min(box[0], this.x[p]);
        box[1] = Math.min(box[1], this.y[p]);
        box[2] = Math.max(box[2], this.x[p]);
        box[3] = Math.max(box[3], this.y[p]);
      }
      boxes.set(box, 4 * face);
    }
    return boxes;
  }

  #faceOfRuns() {
    const faceOf = new Int32Array(this.kind.length);
    for (let face = 0; face < this.faces; face += 1) {
      faceOf.fill(face, this.runAt[face], this.runAt[face + 1]);
    }
    return faceOf;
  }

  /** Return the runs by the snapshot that they begin with: `beginning` from `beginAt[snapshot]` on. */
  #sortRuns() {
    const counts = new Int32Array(this.days.length);
    this.since.forEach((snapshot) => { counts[snapshot] += 1; });
    const beginAt = FaceRecord.#starts(counts);
    const [next, beginning] = [beginAt.slice(), new Int32Array(this.kind.length)];
    this.since.forEach((snapshot, run) => { beginning[next[snapshot]++] = run; });
    return { beginAt, beginning };
  }

  /** Return the snapshot that stands for a day: its own, or the last before it; -1 in a gap. @param {number} day */
  snapshotOn(day) {
    let [low, high] = [0, this.days.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.days[middle] <= day) low = middle + 1;
      else high = middle;
    }
    return low && day - this.days[low - 1] <= this.carryDays ? low - 1 : -1;
  }

  /** Return the gaps in the record: the first day of each, and the snapshot that ends it. */
  gaps() {
    return this.days
      .map((day, snapshot) => ({ from: this.days[snapshot - 1] + this.carryDays + 1, until: day, snapshot }))
      .filter(({ from, until }) => from < until); // the first has none before it: NaN
  }

  /** Return the run of a face that a snapshot lies in. @param {number} face @param {number} snapshot */
  runOn(face, snapshot) {
    let run = this.runAt[face];
    while (run + 1 < this.runAt[face + 1] && this.since[run + 1] <= snapshot) run += 1;
    return run;
  }

  /** Return the periods of a face, the earliest first; nothing is carried over a gap. @param {number} face */
  periods(face) {
    /** @type {Period[]} */
    const periods = [];
    for (let run = this.runAt[face]; run < this.runAt[face + 1]; run += 1) {
      periods.push([this.days[this.since[run]], this.kind[run]]);
    }
    this.gaps().forEach(({ from, until, snapshot }) => {
      periods.push([from, null], [until, this.kind[this.runOn(face, snapshot)]]);
    });
    periods.sort(([a], [b]) => a - b);
    return periods.filter(([, kind], i) => kind !== periods[i - 1]?.[1]);
  }

  // --- what is at a point, and near it

  /** Return a position in Web Mercator, the world from 0 to 1, y downwards. @param {number} lon @param {number} lat */
  static position(lon, lat) {
    return { x: lon / 360 + 0.5, y: 0.5 - Math.asinh(Math.tan(lat * (Math.PI / 180))) / (2 * Math.PI) };
  }

  /**
   * Return the distance in km from a point to where what is held meets what is not, on a snapshot: to the
   * nearest ground that is the other. Infinity where there is none.
   * @param {number} lon
   * @param {number} lat
   * @param {number} snapshot
   */
  lineKm(lon, lat, snapshot) {
    const { x, y } = FaceRecord.position(lon, lat);
    /** @param {number} face */
    const held = (face) => this.kind[this.runOn(face, snapshot)] === FaceRecord.HELD;
    const here = held(this.faceAt(x, y));
    const km = FaceRecord.#kmOfWorld(lat);
    let least = Infinity;
    for (let face = 0; face < this.faces; face += 1) {
      if (this.#boxAway(face, x, y) < least && held(face) !== here) least = Math.min(least, this.#away(face, x, y));
    }
    return least * km;
  }

  /**
   * Return the last snapshot up to one with which ground near a point became held or ceased to be, -1 for none.
   * @param {number} lon
   * @param {number} lat
   * @param {number} snapshot
   * @param {number} nearKm
   */
  lastChange(lon, lat, snapshot, nearKm) {
    const { x, y } = FaceRecord.position(lon, lat);
    const near = nearKm / FaceRecord.#kmOfWorld(lat);
    let last = -1;
    for (let face = 0; face < this.faces; face += 1) {
      if (this.#boxAway(face, x, y) > near) continue;
      const change = this.#changed(face, snapshot);
      if (change > last && (this.contains(face, x, y) || this.#away(face, x, y) <= near)) last = change;
    }
    return last;
  }

  /** Return the snapshot with which a face last became held or ceased to be, -1 for none. @param {number} face @param {number} snapshot */
  #changed(face, snapshot) {
    for (let run = this.runOn(face, snapshot); run > this.runAt[face]; run -= 1) {
      const [now, before] = [run, run - 1].map((of) => this.kind[of] === FaceRecord.HELD);
      if (now !== before) return this.since[run];
    }
    return -1;
  }

  /** Return the length of the whole world, at the scale of a latitude, in km. @param {number} lat */
  static #kmOfWorld(lat) {
    return 40_075.017 * Math.cos(lat * (Math.PI / 180));
  }

  /** Return how far a position is from a face's box. @param {number} face @param {number} x @param {number} y */
  #boxAway(face, x, y) {
    const [x0, y0, x1, y1] = this.boxes.subarray(4 * face, 4 * face + 4);
    return Math.hypot(Math.max(x0 - x, 0, x - x1), Math.max(y0 - y, 0, y - y1));
  }

  /** Return how far a position is from a face's rings. @param {number} face @param {number} x @param {number} y */
  #away(face, x, y) {
    let least = Infinity;
    for (let ring = this.ringAt[face]; ring < this.ringAt[face + 1]; ring += 1) {
      const [from, to] = [this.pointAt[ring], this.pointAt[ring + 1]];
      for (let p = from, q = to - 1; p < to; q = p, p += 1) {
        const [dx, dy] = [this.x[p] - this.x[q], this.y[p] - this.y[q]];
        const along = ((x - this.x[q]) * dx + (y - this.y[q]) * dy) / (dx * dx + dy * dy || 1);
        const at = Math.min(Math.max(along, 0), 1);
        least = Math.min(least, Math.hypot(this.x[q] + at * dx - x, this.y[q] + at * dy - y));
      }
    }
    return least;
  }

  /** Return the box of faces: west, north, east, south; none for none of them. @param {(face: number) => boolean} wanted */
  box(wanted) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let face = 0; face < this.faces; face += 1) {
      if (!wanted(face)) continue;
      const [x0, y0, x1, y1] = this.boxes.subarray(4 * face, 4 * face + 4);
      box.splice(0, 4, Math.min(box[0], x0), Math.min(box[1], y0), Math.max(box[2], x1), Math.max(box[3], y1));
    }
    return Number.isFinite(box[0]) ? box : [];
  }

  /** Return the face at a position, -1 for none. @param {number} x @param {number} y */
  faceAt(x, y) {
    const index = this.index ??= this.#indexed();
    const cells = FaceRecord.#CELLS;
    const column = Math.floor(((x - index.west) / index.width) * cells);
    const row = Math.floor(((y - index.north) / index.height) * cells);
    if (column < 0 || row < 0 || column >= cells || row >= cells) return -1;
    return index.lists[row * cells + column]?.find((face) => this.contains(face, x, y)) ?? -1;
  }

  /** @returns {FaceIndex} */
  #indexed() {
    const [cells, { boxes, faces }] = [FaceRecord.#CELLS, this];
    let [west, north, east, south] = [1, 1, 0, 0];
    for (let i = 0; i < 4 * faces; i += 4) {
      west = Math.min(west, boxes[i]);
      north = Math.min(north, boxes[i + 1]);
      east = Math.max(east, boxes[i + 2]);
      south = Math.max(south, boxes[i + 3]);
    }
    const [width, height] = [(east - west) * 1.0001, (south - north) * 1.0001];
    /** @type {number[][]} */
    const lists = [];
    /** @param {number} x */
    const column = (x) => Math.floor(((x - west) / width) * cells);
    /** @param {number} y */
    const row = (y) => Math.floor(((y - north) / height) * cells);
    for (let face = 0; face < faces; face += 1) {
      const [x0, y0, x1, y1] = boxes.subarray(4 * face, 4 * face + 4);
      for (let r = row(y0); r <= row(y1); r += 1) {
        for (let c = column(x0); c <= column(x1); c += 1) (lists[r * cells + c] ??= []).push(face);
      }
    }
    return { west, north, width, height, lists };
  }

  /**
   * Return whether a face covers a position: its rings are crossed an odd number of times on the way out.
   * @param {number} face
   * @param {number} x
   * @param {number} y
   */
  contains(face, x, y) {
    const [x0, y0, x1, y1] = this.boxes.subarray(4 * face, 4 * face + 4);
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
