"use strict";

/**
 * Days counted from the first of a record, in UTC. Knows nothing of records, maps or pages.
 */
class Calendar {
  static #DAY_MS = 86_400_000;

  /**
   * @param {string} first the day that is number 0, as an ISO date
   * @param {string} language of dates in words, BCP 47
   */
  constructor(first, language) {
    this.first = Date.parse(first);
    this.format = new Intl.DateTimeFormat(language, {
      day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
    });
  }

  /** Return the number of a day given as an ISO date. @param {string} iso */
  number(iso) {
    return Math.round((Date.parse(iso) - this.first) / Calendar.#DAY_MS);
  }

  /** Return a day as a Date at midnight, UTC. @param {number} day */
  date(day) {
    return new Date(this.first + day * Calendar.#DAY_MS);
  }

  /** Return a day as an ISO date. @param {number} day */
  iso(day) {
    return this.date(day).toISOString().slice(0, 10);
  }

  /** Return a day in words. @param {number} day */
  words(day) {
    return this.format.format(this.date(day));
  }

  /**
   * Return the day so many months later, under the same number in its month or the month's last.
   * @param {number} day
   * @param {number} count
   */
  addMonths(day, count) {
    const date = this.date(day);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + count];
    const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const later = Date.UTC(year, month, Math.min(date.getUTCDate(), lastOfMonth));
    return Math.round((later - this.first) / Calendar.#DAY_MS);
  }
}
