"use strict";

/**
 * Which look each face has on a day, and which faces look different on another. A look is a number,
 * given for each run of a record. Knows nothing of colours, canvases or maps.
 */
class FaceLooks {
  /** @type {Uint8Array} the look of each run */
  #ofRun = new Uint8Array();
  #before;
  #touched;

  /** @param {FaceRecord} record */
  constructor(record) {
    this.record = record;
    this.snapshot = 0;
    this.current = new Uint8Array(record.faces); // the look of each face
    this.#before = new Uint8Array(record.faces);
    this.#touched = new Uint8Array(record.faces);
  }

  /** Give every run a look. @param {Uint8Array} ofRun */
  assign(ofRun) {
    this.#ofRun = ofRun;
    this.current.forEach((_, face) => {
      this.current[face] = ofRun[this.record.runOn(face, this.snapshot)];
    });
  }

  /** Go to a snapshot, run by run; return the faces that look different there. @param {number} snapshot */
  go(snapshot) {
    const { record, current } = this;
    /** @type {number[]} */
    const touched = [];
    /** @param {number} face @param {number} look */
    const put = (face, look) => {
      if (!this.#touched[face]) {
        this.#touched[face] = 1;
        this.#before[face] = current[face];
        touched.push(face);
      }
      current[face] = look;
    };
    /** @param {number} of @param {number} shift to the run that holds then: itself, or the one before */
    const pass = (of, shift) => {
      for (let i = record.beginAt[of]; i < record.beginAt[of + 1]; i += 1) {
        const run = record.beginning[i];
        put(record.faceOf[run], this.#ofRun[run + shift]);
      }
    };
    for (let of = this.snapshot + 1; of <= snapshot; of += 1) pass(of, 0);
    for (let of = this.snapshot; of > snapshot; of -= 1) pass(of, -1);
    this.snapshot = snapshot;
    return touched.filter((face) => {
      this.#touched[face] = 0;
      return current[face] !== this.#before[face];
    });
  }

  /**
   * Return the looks that tell when ground changed hands: 0 never held, 1 held when the record
   * begins, then one for each year of taking, then one for each year of losing.
   * @param {FaceRecord} record
   * @param {number[]} years the day on which each year begins
   */
  static byYear(record, years) {
    /** @param {number} run */
    const yearOf = (run) => years.findLastIndex((from) => from <= record.days[record.since[run]]);
    /** @param {number} run */
    const held = (run) => record.kind[run] === FaceRecord.HELD;
    const looks = new Uint8Array(record.kind.length);
    looks.forEach((_, run) => {
      if (run === record.runAt[record.faceOf[run]]) looks[run] = held(run) ? 1 : 0;
      else if (held(run) === held(run - 1)) looks[run] = looks[run - 1];
      else looks[run] = 2 + yearOf(run) + (held(run) ? 0 : years.length);
    });
    return looks;
  }
}

/** Which faces became held between two snapshots, and which ceased to be: 0 neither, 1 gained, 2 lost. */
class ChangeLooks {
  static GAINED = 1;
  static LOST = 2;
  #now;
  #then;

  /** @param {FaceRecord} record */
  constructor(record) {
    this.#now = new FaceLooks(record);
    this.#then = new FaceLooks(record);
    this.current = new Uint8Array(record.faces);
    this.since = -1; // the earlier snapshot; -1 is a gap, since which nothing is known to have changed
  }

  /** @param {Uint8Array} ofRun 1 for held, 0 for not */
  assign(ofRun) {
    this.#now.assign(ofRun);
    this.#then.assign(ofRun);
    this.current.forEach((_, face) => { this.current[face] = this.#look(face); });
  }

  /** @param {number} face */
  #look(face) {
    if (this.since < 0) return 0;
    const [now, then] = [this.#now.current[face], this.#then.current[face]];
    if (now === then) return 0;
    return now ? ChangeLooks.GAINED : ChangeLooks.LOST;
  }

  /** Go to a later snapshot; return the faces that look different there. @param {number} snapshot */
  go(snapshot) {
    this.#now.go(snapshot);
    if (this.since >= 0) this.#then.go(this.since);
    /** @type {number[]} */
    const changed = [];
    this.current.forEach((before, face) => {
      const look = this.#look(face);
      if (look === before) return;
      this.current[face] = look;
      changed.push(face);
    });
    return changed;
  }
}
