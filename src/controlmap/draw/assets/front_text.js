"use strict";

/** As words.text_front.FRONT: sentences with named places. @typedef {Record<string, any>} FrontWords */

/** Figures and days in words, as words.numbers has them. Knows nothing of pages. */
class FrontText {
  /** @param {FrontWords} words @param {string} language BCP 47 */
  constructor(words, language) {
    this.words = words;
    this.language = language;
    /** @param {number} digits */
    const form = (digits) => new Intl.NumberFormat(language, {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    this.whole = form(0);
    this.tenths = form(1);
    this.long = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
    this.short = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  }

  /** Return a sentence of the words with its places filled. @param {string} name @param {Record<string, string | number>} [values] */
  say(name, values = {}) {
    return FaceText.fill(this.words[name], values);
  }

  /** @param {string} iso */
  day(iso) {
    return this.long.format(new Date(iso.slice(0, 10)));
  }

  /** @param {string} iso */
  shortDay(iso) {
    return this.short.format(new Date(iso.slice(0, 10)));
  }

  /** Return an area as numbers.area: rounded, and what is less than half a step as such. @param {number} km2 */
  area(km2) {
    const { step_km2: step, least_km2: least } = this.words;
    if (Math.abs(km2) >= least && Math.abs(km2) < step / 2) return `<${this.whole.format(step)}`;
    return this.whole.format(Math.floor(km2 / step + 0.5) * step + 0);
  }

  /** @param {number | null} km2 */
  km2(km2) {
    return km2 === null ? this.words.not_reported : this.say("km2", { n: this.area(km2) });
  }

  /** Return a share as numbers.percent: what is not all is never 100, nor what is some 0. @param {number} share */
  share(share) {
    let shown = this.tenths.format(100 * share);
    if (share < 1 - 1e-9 && shown === this.tenths.format(100)) shown = `>${this.tenths.format(99.9)}`;
    else if (share > 1e-9 && shown === this.tenths.format(0)) shown = `<${this.tenths.format(0.1)}`;
    return this.say("share", { n: shown });
  }

  /** Return a change with its sign; one that is shown as zero has none. @param {number | null} km2 @param {string} unknown */
  signed(km2, unknown) {
    if (km2 === null) return unknown;
    const shown = Math.round(Math.abs(km2));
    if (!shown) return "0";
    return `${km2 < 0 ? "\u2212" : "+"}${this.whole.format(shown)}`;
  }

  /** Return a range of values over sources; "" where all say the same. @param {number[]} values @param {(value: number) => string} form */
  between(values, form) {
    if (values.length < 2) return "";
    const [low, high] = [form(Math.min(...values)), form(Math.max(...values))];
    const bare = low.replace(/[\s\u00a0](km²|%)$/, "");
    return low === high ? "" : this.say("between", { low: bare, high });
  }
}
