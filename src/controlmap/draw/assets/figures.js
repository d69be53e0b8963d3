"use strict";

/** Areas of a status in whole m2, of polygons and of land: a list an oblast, the last of all four. @typedef {{reported: number[], m2: Record<string, number[][]>}} StatusAreas */

/** What depends on how assessed advance counts. @typedef {{statuses: Record<string, StatusAreas>, dating: Record<string, number[][]>, redrawn: number[][]}} AdvanceFigures */

/**
 * The file of figure_file.py. Lists of areas and of days are steps from the snapshot before.
 *
 * @typedef {object} FigureColumns
 * @property {number} format
 * @property {string} source
 * @property {string} first
 * @property {number} carry_days
 * @property {string[]} isos of the oblasts, and "all"
 * @property {string[]} names of the oblasts
 * @property {Record<string, number[]>} claimed km2 by basis
 * @property {Record<string, number[]>} measured km2 that statuses fill, of polygons and of land
 * @property {number[]} day days that have a snapshot, counted from the first
 * @property {string[]} observed
 * @property {(string | null)[]} retrieved
 * @property {([string, string] | null)[]} within
 * @property {string[]} readers
 * @property {number[]} reader
 * @property {Record<string, AdvanceFigures>} by_advance
 */

/** What shares are of, and what counts as held. @typedef {{basis: string, contested: string, advance: string}} Counting */

/**
 * An oblast on a day, or all four: areas in km2, null where nothing is reported or known.
 *
 * @typedef {object} FigureRow
 * @property {string} iso
 * @property {string} name
 * @property {number} claimed
 * @property {number} held
 * @property {number} held_share
 * @property {number} gap
 * @property {number} gap_land
 * @property {number} gap_water
 * @property {number} not_measured
 * @property {number | null} contested
 * @property {number | null} change_30d
 * @property {number | null} change_365d
 * @property {number | null} source_spread_km2
 * @property {number} dating_km2
 * @property {number} denominator_km2
 * @property {string | null} last_redrawn
 */

/**
 * The figures of a source, as Python measured them: exact areas of every snapshot, of which rows are put
 * together as `controlmap compare` does. Days are counted from 1970; a snapshot is the number of a day
 * that has one, -1 for none. Knows nothing of pages or maps.
 */
class Figures {
  static FORMAT = 2;
  static #DAY_MS = 86_400_000;
  static #M2 = 1e6; // to a km2
  static #ALL_NAME = "All four oblasts";

  /** @param {FigureColumns} columns */
  constructor(columns) {
    if (columns.format !== Figures.FORMAT) {
      throw new Error(`figures of format ${columns.format}, not ${Figures.FORMAT}`);
    }
    this.columns = columns;
    this.source = columns.source;
    this.first = Figures.number(columns.first);
    this.days = columns.day.map((day) => this.first + day);
    this.last = this.days[this.days.length - 1];
    this.byAdvance = Object.fromEntries(Object.entries(columns.by_advance).map(
      ([advance, { statuses, dating, redrawn }]) => [advance, {
        dating: Object.fromEntries(Object.entries(dating).map(([of, each]) => [of, each.map(Figures.#summed)])),
        redrawn: redrawn.map(Figures.#summed),
        statuses: Object.fromEntries(Object.entries(statuses).map(
          ([status, { reported, m2 }]) => [status, {
            reported,
            m2: Object.fromEntries(Object.entries(m2).map(([of, each]) => [of, each.map(Figures.#summed)])),
          }],
        )),
      }],
    ));
  }

  /** Return the day of an ISO date. @param {string} iso */
  static number(iso) {
    return Math.round(Date.parse(iso) / Figures.#DAY_MS);
  }

  /** Return a day as an ISO date. @param {number} day */
  static iso(day) {
    return new Date(day * Figures.#DAY_MS).toISOString().slice(0, 10);
  }

  /** @param {number[]} steps */
  static #summed(steps) {
    let sum = 0;
    return steps.map((step) => { sum += step; return sum; });
  }

  /** Return an area to the square metre; no -0. @param {number} value */
  static #rounded(value) {
    return Math.round(value * Figures.#M2) / Figures.#M2 + 0;
  }

  /** Return the snapshot that stands for a day: its own, or the last before it; -1 in a gap. @param {number} day */
  snapshotOn(day) {
    const snapshot = this.days.findLastIndex((of) => of <= day);
    return snapshot >= 0 && day - this.days[snapshot] <= this.columns.carry_days ? snapshot : -1;
  }

  /** Return the gaps between snapshots: the first day of each that nothing stands for, and the day after the last. */
  gaps() {
    return this.days
      .map((until, i) => ({ from: this.days[i - 1] + this.columns.carry_days + 1, until }))
      .filter(({ from, until }) => from < until); // the first has none before it: NaN
  }

  /** @param {string} advance */
  #counted(advance) {
    return this.byAdvance[advance] ?? this.byAdvance.apart;
  }

  /** Return whether a snapshot reports a status. @param {number} snapshot @param {string} status @param {string} advance */
  reports(snapshot, status, advance = "apart") {
    return Boolean(this.#counted(advance).statuses[status]?.reported[snapshot]);
  }

  /** Return the last snapshot up to one that reports a status, -1 for none. @param {number} snapshot @param {string} status */
  lastReported(snapshot, status) {
    const reported = this.#counted("apart").statuses[status]?.reported ?? [];
    return reported.findLastIndex((yes, of) => Boolean(yes) && of <= snapshot);
  }

  /** Return the m2 of a status, of land alone where that is the basis; null where it is not reported. @param {number} snapshot @param {number} row @param {string} status @param {{advance: string, basis?: string}} counting */
  m2(snapshot, row, status, { advance, basis = "polygon" }) {
    if (!this.reports(snapshot, status, advance)) return null;
    const { m2 } = this.#counted(advance).statuses[status];
    return (m2[basis] ?? m2.polygon)[row][snapshot];
  }

  /** Return the km2 of a status, null where it is not reported. @param {number} snapshot @param {number} row @param {string} status @param {Counting} counting */
  km2(snapshot, row, status, counting) {
    const m2 = this.m2(snapshot, row, status, counting);
    return m2 === null ? null : m2 / Figures.#M2;
  }

  /** Return the m2 that count as held. @param {number} snapshot @param {number} row @param {Counting} counting */
  held(snapshot, row, counting) {
    const more = counting.contested === "in" ? this.m2(snapshot, row, "contested", counting) ?? 0 : 0;
    return (this.m2(snapshot, row, "russian_held", counting) ?? 0) + more;
  }

  /** Return the change of what counts as held since another snapshot, null where it is not known. @param {number} snapshot @param {number} then @param {number} row @param {Counting} counting */
  change(snapshot, then, row, counting) {
    if (then < 0 || snapshot < 0) return null;
    const [now, before] = [snapshot, then].map((of) => this.reports(of, "contested", counting.advance));
    if (counting.contested === "in" && now !== before) return null;
    return Figures.#rounded((this.held(snapshot, row, counting) - this.held(then, row, counting)) / Figures.#M2);
  }

  /**
   * Return a row an oblast and last one of all four; none where the day is not known.
   * @param {number} day
   * @param {Counting} counting
   * @param {Figures[]} sources all of them, for how far they are apart
   * @returns {FigureRow[]}
   */
  compare(day, counting, sources) {
    const snapshot = this.snapshotOn(day);
    if (snapshot < 0) return [];
    const { isos, names, claimed, measured } = this.columns;
    const { dating, redrawn } = this.#counted(counting.advance);
    const [month, year] = [30, 365].map((days) => this.snapshotOn(day - days));
    const current = sources.map((source) => /** @type {[Figures, number]} */ ([source, source.snapshotOn(day)]))
      .filter(([source, of]) => of >= 0 && source.reports(of, "russian_held", counting.advance));
    return isos.map((iso, row) => {
      const held = this.held(snapshot, row, counting) / Figures.#M2;
      const whole = claimed[counting.basis][row];
      const filled = (measured[counting.basis] ?? measured.polygon)[row];
      const [land, all] = ["land", "polygon"].map((basis) => (
        measured[basis][row] - this.held(snapshot, row, { ...counting, basis }) / Figures.#M2
      ));
      const bySource = current.map(([source, of]) => source.m2(of, row, "russian_held", counting) ?? 0);
      return {
        iso,
        name: names[row] ?? Figures.#ALL_NAME,
        claimed: Figures.#rounded(whole),
        held,
        held_share: Figures.#rounded(held / whole),
        gap: Figures.#rounded(filled - held),
        gap_land: Figures.#rounded(land),
        gap_water: Figures.#rounded(all - land),
        not_measured: Figures.#rounded(whole - filled),
        contested: this.km2(snapshot, row, "contested", counting),
        change_30d: this.change(snapshot, month, row, counting),
        change_365d: this.change(snapshot, year, row, counting),
        source_spread_km2: bySource.length < 2 ? null : (Math.max(...bySource) - Math.min(...bySource)) / Figures.#M2,
        dating_km2: (dating[counting.basis] ?? dating.polygon)[row][snapshot] / Figures.#M2,
        denominator_km2: Figures.#rounded(Math.abs(claimed.official[row] - claimed.polygon[row])),
        last_redrawn: redrawn[row][snapshot] < 0 ? null : Figures.iso(this.first + redrawn[row][snapshot]),
      };
    });
  }

  /** Return the rows of a day as `controlmap compare --format csv` writes them. @param {number} day @param {Counting} counting @param {Figures[]} sources */
  csv(day, counting, sources) {
    const snapshot = this.snapshotOn(day);
    const { columns } = this;
    const reported = this.reports(snapshot, "contested", counting.advance);
    const shared = {
      day: Figures.iso(day),
      source: this.source,
      reader: columns.readers[columns.reader[snapshot]],
      observed: columns.observed[snapshot],
      retrieved: columns.retrieved[snapshot],
      basis: counting.basis,
      advance: counting.advance,
      contested_reported: reported,
      contested_counted: reported ? counting.contested : "out",
    };
    const figures = new Set(["claimed", "held", "held_share", "gap", "gap_land", "gap_water", "not_measured", "contested", "change_30d", "change_365d",
      "source_spread_km2", "dating_km2", "denominator_km2"]);
    const rows = this.compare(day, counting, sources).map((row) => ({ ...row, ...shared }));
    const lines = rows.map((row) => Object.entries(row).map(([name, value]) => {
      if (value === null) return "";
      return figures.has(name) ? Figures.#decimal(Number(value)) : String(value);
    }).join(","));
    return [Object.keys(rows[0]).join(","), ...lines, ""].join("\n");
  }

  /** Return a figure as Python writes it: a whole one has a 0 behind its point. @param {number} value */
  static #decimal(value) {
    if (Number.isInteger(value)) return value.toFixed(1);
    const small = Math.abs(value) < 1e-4; // from there on Python has exponents
    return small ? value.toExponential().replace(/e-(\d)$/, "e-0$1") : String(value);
  }
}
