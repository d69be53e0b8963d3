"use strict";

/**
 * What the browser says of a face, as words.text_front.FACE: sentences with named places.
 *
 * @typedef {object} FaceWords
 * @property {string} on
 * @property {string} since
 * @property {string} since_start
 * @property {string} later
 * @property {string} earlier
 * @property {string[]} statuses by kind
 * @property {string} silent
 * @property {string} rest_or_contested
 */

/** The record of a face in words. Every word is given to it; it knows nothing of maps or pages. */
class FaceText {
  /** @param {FaceWords} words @param {Calendar} calendar */
  constructor(words, calendar) {
    this.words = words;
    this.calendar = calendar;
  }

  /** Return a sentence with its places filled; what fills them is text alone. @param {string} sentence @param {Record<string, string | number>} values */
  static fill(sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
  }

  /**
   * Return what a face is on a day that has a snapshot, and its record: a line a period, the latest first.
   * @param {FaceRecord} record
   * @param {number} face
   * @param {number} day
   * @param {number} most periods that are listed; of the others, their number
   */
  lines(record, face, day, most = Infinity) {
    const { words, calendar } = this;
    const snapshot = record.snapshotOn(day);
    const kind = record.kind[record.runOn(face, snapshot)];
    const unreported = kind === FaceRecord.NOT_HELD && !record.contestedReported[snapshot];
    const status = unreported ? words.rest_or_contested : words.statuses[kind];
    const periods = record.periods(face);
    const lines = periods.slice(-most).reverse().map((period) => this.#period(period, day));
    if (periods.length > most) lines.push(FaceText.fill(words.earlier, { n: periods.length - most }));
    return [FaceText.fill(words.on, { status, day: calendar.words(day) }), ...lines];
  }

  /** Return a line of a period. @param {Period} period @param {number} day */
  #period([since, kind], day) {
    const { words, calendar } = this;
    const status = kind === null ? words.silent : words.statuses[kind];
    const period = FaceText.fill(since ? words.since : words.since_start, { status, day: calendar.words(since) });
    return since > day ? FaceText.fill(words.later, { period }) : period;
  }
}
