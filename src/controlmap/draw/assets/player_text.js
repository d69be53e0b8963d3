"use strict";

/**
 * The player's words, as words.text.PLAYER: sentences with named places for what they tell of.
 *
 * @typedef {object} PlayerWords
 * @property {string} player
 * @property {string} play
 * @property {string} pause
 * @property {string} day
 * @property {string} earlier_step
 * @property {string} later_step
 * @property {string} step
 * @property {Record<string, string>} steps
 * @property {string} speed
 * @property {string} caption
 * @property {string} hint
 * @property {string} km2
 * @property {string} share
 * @property {string} all
 * @property {string} unknown
 * @property {string} contested
 * @property {string} contested_unknown
 * @property {string} carried
 * @property {string} gap
 * @property {string} beside
 * @property {string} use
 * @property {string} leave
 * @property {string} leave_for
 * @property {string} failed
 * @property {string} oblast
 * @property {string} on
 * @property {string} since
 * @property {string} since_start
 * @property {string} whole
 * @property {string} later
 * @property {string} earlier
 * @property {string[]} statuses by kind
 * @property {string} silent
 * @property {string} rest_or_contested
 * @property {string} at_start
 * @property {string} lost
 * @property {number} step_km2 what areas are rounded to
 * @property {number} least_km2 less is 0
 */

/**
 * What the player says of a record: figures, notes, and the record of a face. Every word is given to
 * it; it knows nothing of maps or pages.
 */
class PlayerText {
  /**
   * @param {PlayerWords} words
   * @param {Calendar} calendar
   * @param {string} language of numbers, BCP 47
   * @param {string} source whose record it is
   */
  constructor(words, calendar, language, source) {
    this.words = words;
    this.calendar = calendar;
    this.source = source;
    this.number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    this.percent = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  /** Return a sentence with its places filled; what fills them is text alone. @param {string} sentence @param {Record<string, string | number>} values */
  static fill(sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
  }

  /** Return an area as numbers.area does: rounded, and what is less than half a step as such. @param {number} km2 */
  area(km2) {
    const step = this.words.step_km2;
    const below = km2 >= this.words.least_km2 && km2 < step / 2;
    return below ? `<${this.number.format(step)}` : this.number.format(Math.round(km2 / step) * step);
  }

  /**
   * Return area and share of each oblast and of all, as texts.
   * @param {OblastAreas[]} areas
   * @param {number[]} totals the whole area of each oblast, in km2
   */
  figures(areas, totals) {
    const { words } = this;
    const held = [...areas.map((area) => area.held), PlayerText.#sum(areas.map((area) => area.held))];
    const whole = [...totals, PlayerText.#sum(totals) ?? 0];
    return held.map((km2, i) => {
      if (km2 === null) return [words.unknown, "–"];
      const share = this.percent.format((100 * km2) / whole[i]);
      return [PlayerText.fill(words.km2, { n: this.area(km2) }), PlayerText.fill(words.share, { n: share })];
    });
  }

  /** Return the sum, null where a part is not known. @param {(number | null)[]} parts @returns {number | null} */
  static #sum(parts) {
    return parts.reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);
  }

  /**
   * Return what there is to say of the day shown.
   * @param {PlayerRecord} record
   * @param {number} day
   * @param {number} home the day of the page around the map
   */
  note(record, day, home) {
    const { words, calendar } = this;
    const snapshot = record.snapshotOn(day);
    if (snapshot < 0) return words.gap;
    const contested = PlayerText.#sum(record.areas(snapshot).map((area) => area.contested));
    const observed = record.days[snapshot];
    const sentences = [`${this.source}.`];
    if (observed !== day) sentences.push(PlayerText.fill(words.carried, { day: calendar.words(observed) }));
    sentences.push(contested === null ? words.contested_unknown
      : PlayerText.fill(words.contested, { km2: this.area(contested) }));
    if (day !== home) sentences.push(PlayerText.fill(words.beside, { day: calendar.words(home) }));
    return sentences.join(" ");
  }

  /**
   * Return what a face is on a day that has a snapshot, and its record: a line a period, the latest first.
   * @param {PlayerRecord} record
   * @param {number} face
   * @param {number} day
   * @param {number} most periods that are listed; of the others, their number
   */
  face(record, face, day, most = Infinity) {
    const { words, calendar } = this;
    const snapshot = record.snapshotOn(day);
    const kind = record.kind[record.runOn(face, snapshot)];
    const unreported = kind === PlayerRecord.NOT_HELD && !record.contestedReported[snapshot];
    const status = unreported ? words.rest_or_contested : words.statuses[kind];
    const periods = record.periods(face);
    const lines = periods.slice(-most).reverse().map((period) => this.#period(period, day));
    if (periods.length > most) lines.push(PlayerText.fill(words.earlier, { n: periods.length - most }));
    return [
      PlayerText.fill(words.oblast, { name: record.oblasts[record.faceOblast[face]] }),
      PlayerText.fill(words.on, { status, day: calendar.words(day) }),
      words.whole,
      ...lines,
    ];
  }

  /** Return a line of a period. @param {Period} period @param {number} day */
  #period([since, kind], day) {
    const { words, calendar } = this;
    const status = kind === null ? words.silent : words.statuses[kind];
    const period = PlayerText.fill(since ? words.since : words.since_start, { status, day: calendar.words(since) });
    return since > day ? PlayerText.fill(words.later, { period }) : period;
  }
}
