"use strict";

/** A point that a reader asks about. @typedef {{lat: number, lng: number, name: string}} FrontPoint */
/** What a source says of a point: in words where it has no record of the day. @typedef {{title: string, figures: Figures, record: FaceRecord, nothing: string}} CardSource */

/** The card of a point: who holds it by each source, since when, how far the line is, what changed nearby. */
class FrontCard {
  static #NEAR_KM = 5;
  static #PERIODS = 3;

  /** @type {FrontPoint | null} */
  point = null;

  /** @param {FrontText} text @param {FrontConfig} config @param {() => void} closed */
  constructor(text, config, closed) {
    this.text = text;
    this.config = config;
    this.root = Page.element("section", "front-card");
    this.root.hidden = true;
    this.root.setAttribute("aria-label", text.words.card);
    this.heading = Page.element("h2", "");
    this.list = Page.element("dl");
    this.link = Page.element("a", "", text.words.place_page);
    this.status = Page.element("small");
    this.status.setAttribute("role", "status");
    const close = FrontCard.#button("", () => closed());
    close.className = "front-close";
    close.setAttribute("aria-label", text.words.close);
    const foot = Page.element("div", "front-card-foot");
    foot.append(
      FrontCard.#button(text.words.copy, () => this.#copy(this.said())),
      FrontCard.#button(text.words.share_link, () => this.#share()),
    );
    if (config.server) foot.append(this.link);
    this.root.append(close, this.heading, this.list, Page.element("p", "", text.words.card_note), foot, this.status);
  }

  /** @param {string} name @param {() => void} act */
  static #button(name, act) {
    const node = Page.element("button", "", name);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }

  close() {
    this.point = null;
    this.root.hidden = true;
  }

  /** @param {FrontPoint} point @param {number} day @param {CardSource[]} sources @param {FrontChoices} choices */
  show(point, day, sources, choices) {
    this.point = point;
    this.heading.textContent = point.name || `${point.lat.toFixed(4)}, ${point.lng.toFixed(4)}`;
    this.list.replaceChildren(...sources.map((source) => {
      const row = Page.element("div");
      const said = Page.element("dd");
      this.#lines(point, day, source).forEach((line, of) => said.append(Page.element(of ? "small" : "b", "", line)));
      row.append(Page.element("dt", "", source.title), said);
      return row;
    }));
    const where = `${point.lng.toFixed(5)},${point.lat.toFixed(5)}`;
    const { source, advance } = choices;
    this.link.href = `${this.config.server?.place}?${new URLSearchParams({ where, on: Figures.iso(day), source, advance })}`;
    this.status.textContent = "";
    this.root.hidden = false;
  }

  /** @param {FrontPoint} point @param {number} day @param {CardSource} source */
  #lines(point, day, { figures, record, nothing }) {
    const { text, config } = this;
    if (nothing) return [nothing];
    const { x, y } = FaceRecord.position(point.lng, point.lat);
    const face = record.faceAt(x, y);
    if (face < 0) return [text.words.nothing_here];
    const of = day - figures.first;
    const snapshot = record.snapshotOn(of);
    const calendar = new Calendar(figures.columns.first, config.lang);
    const lines = new FaceText(config.face, calendar).lines(record, face, of, FrontCard.#PERIODS);
    const away = record.lineKm(point.lng, point.lat, snapshot);
    const change = record.lastChange(point.lng, point.lat, snapshot, FrontCard.#NEAR_KM);
    if (Number.isFinite(away)) lines.push(text.say("line_km", { km: text.tenths.format(away) }));
    lines.push(change < 0 ? text.say("no_change_near", { km: FrontCard.#NEAR_KM })
      : text.say("change_near", { km: FrontCard.#NEAR_KM, day: calendar.words(record.days[change]) }));
    return lines;
  }

  /** Return all that the card says, as text. */
  said() {
    const rows = [...this.list.children].map((row) => [...row.querySelectorAll("dt, b, small")]
      .map(({ textContent }) => textContent).join(". "));
    return [this.heading.textContent, ...rows, location.href].join("\n");
  }

  /** @param {string} said */
  async #copy(said) {
    const copied = await navigator.clipboard?.writeText(said).then(() => true, () => false);
    this.status.textContent = copied ? this.text.words.copied : said;
  }

  async #share() {
    const link = { title: this.heading.textContent ?? "", url: location.href };
    if (navigator.canShare?.(link)) await navigator.share(link).catch(() => {}); // a reader may change their mind
    else await this.#copy(location.href);
  }
}
