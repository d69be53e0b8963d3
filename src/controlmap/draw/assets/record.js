/*
 * A record read in the browser: the file of timeline.py as faces, runs, days and areas, and what can be
 * asked of them. Knows nothing of maps, pages or servers. Days are counted from the record's first.
 */
(() => {
  "use strict";

  const DAY_MS = 86_400_000;
  const CELLS = 96; // a side of the index that finds the face at a point

  /** Unsigned LEB128, as timeline._varints wrote it. */
  function varints(bytes) {
    let count = 0;
    for (const byte of bytes) count += byte < 128;
    const out = new Int32Array(count);
    let at = 0;
    for (let i = 0; i < count; i += 1) {
      let byte = bytes[at++];
      let value = byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        byte = bytes[at++];
        value |= (byte & 127) << shift;
      }
      out[i] = value;
    }
    return out;
  }

  const signed = (value) => (value >>> 1) ^ -(value & 1);

  /** Where each of many runs of `counts` items begins, and last where all of them end. */
  function starts(counts) {
    const out = new Int32Array(counts.length + 1);
    counts.forEach((count, i) => { out[i + 1] = out[i] + count; });
    return out;
  }

  function summed(steps) {
    let sum = 0;
    return steps.map((step) => (sum += step));
  }

  /** Positions in Web Mercator, the world from 0 to 1, y downwards. */
  function positions(steps, pointAt, grid) {
    const points = steps.length / 2;
    const [x, y] = [new Float64Array(points), new Float64Array(points)];
    const begin = [0, 0];
    for (let ring = 0; ring + 1 < pointAt.length; ring += 1) {
      let [lon, lat] = begin;
      for (let p = pointAt[ring]; p < pointAt[ring + 1]; p += 1) {
        lon += signed(steps[2 * p]);
        lat += signed(steps[2 * p + 1]);
        if (p === pointAt[ring]) [begin[0], begin[1]] = [lon, lat];
        x[p] = lon / grid / 360 + 0.5;
        y[p] = 0.5 - Math.asinh(Math.tan((lat / grid) * (Math.PI / 180))) / (2 * Math.PI);
      }
    }
    return { x, y };
  }

  class Record {
    constructor(bytes) {
      const end = bytes.indexOf(10);
      const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
      if (head.format !== 1) throw new Error(`a record of format ${head.format}, not 1`);
      const streams = {};
      let at = end + 1;
      Object.entries(head.streams).forEach(([name, length]) => {
        streams[name] = varints(bytes.subarray(at, at + length));
        at += length;
      });
      this.oblasts = head.oblasts;
      this.first = Date.parse(head.first);
      this.carryDays = head.carry_days;
      this.observed = summed(streams.day); // the days that have a snapshot of their own
      this.last = this.observed.at(-1);
      this.tellsContested = streams.tells_contested;
      this.held = this.areas(streams.held, head.km2);
      this.contested = this.areas(streams.contested, head.km2);

      this.faceOblast = streams.oblast;
      this.ringAt = starts(streams.rings);
      this.pointAt = starts(streams.points);
      Object.assign(this, positions(streams.steps, this.pointAt, head.grid));
      this.faces = this.faceOblast.length;
      this.box = this.boxes();

      this.runAt = starts(streams.runs);
      this.kind = Uint8Array.from(streams.kind);
      this.since = streams.since; // counts snapshots' days, not days
      for (let face = 0; face < this.faces; face += 1) {
        for (let run = this.runAt[face] + 1; run < this.runAt[face + 1]; run += 1) {
          this.since[run] += this.since[run - 1];
        }
      }
      this.sortRunsByDay();
    }

    /** Square kilometres by observed day and oblast. */
    areas(steps, unitsToKm2) {
      const width = this.oblasts.length;
      const now = new Int32Array(width);
      return Float64Array.from(steps, (step, i) => (now[i % width] += signed(step)) / unitsToKm2);
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
      return [...this.observed].map(silent).filter(([from, i]) => i && from < this.observed[i]);
    }

    /** Held and contested km2 of each oblast; null for what is not reported. */
    figures(standing) {
      const width = this.oblasts.length;
      return this.oblasts.map(({ name }, i) => ({
        name,
        held: standing < 0 ? null : this.held[standing * width + i],
        contested: standing >= 0 && this.tellsContested[standing] ? this.contested[standing * width + i] : null,
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
    return new Record(new Uint8Array(await new Response(opened).arrayBuffer()));
  }

  window.ControlMapRecord = { load, Record, REST: 0, HELD: 1, CONTESTED: 2 };
})();
