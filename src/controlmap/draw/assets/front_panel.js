"use strict";

/** What the panel shows of a day. @typedef {{day: number, counting: Counting, source: Figures, rows: FigureRow[], bySource: {figures: Figures, rows: FigureRow[]}[], other: number | null}} PanelDay */

/** The panel beside the map: headline, bars, table, sentence, history. It looks up and formats; it computes no figure. */
class FrontPanel {
  static #CHART = { w: 560, h: 170, left: 34, bottom: 20, top: 8 };

  /** @param {FrontText} text @param {FrontConfig} config @param {(day: number) => void} want */
  constructor(text, config, want) {
    this.text = text;
    this.config = config;
    this.want = want;
    this.root = Page.element("div", "front-figures");
    this.headline = Page.element("div", "front-headline");
    this.headline.setAttribute("aria-live", "polite");
    this.notes = Page.element("p", "front-note");
    this.bars = Page.element("figure", "front-bars");
    this.tables = Page.element("div", "front-tables");
    this.tables.tabIndex = 0; // on a narrow phone it scrolls
    this.tables.setAttribute("role", "region");
    this.tables.setAttribute("aria-label", text.words.as_tables);
    this.sentence = Page.element("p", "front-sentence");
    this.ages = Page.element("ul", "front-ages");
    this.chart = Page.element("figure", "front-chart");
    this.root.append(this.headline, this.bars, this.tables, this.sentence, this.ages, this.notes, this.chart);
    this.#buildChart();
  }

  /** @param {string} source */
  title(source) {
    return this.config.sources.find(({ id }) => id === source)?.title ?? source;
  }

  /** @param {string} iso */
  oblast(iso) {
    return this.config.oblasts[iso];
  }

  /** Say that a source has nothing of a day. @param {string} note @param {number} day */
  empty(note, day) {
    [this.bars, this.tables, this.sentence, this.ages, this.notes].forEach((node) => node.replaceChildren());
    this.headline.replaceChildren(Page.element("p", "front-share", note));
    this.#moveChart(day);
  }

  /** @param {PanelDay} shown */
  show(shown) {
    const both = shown.counting.contested === "in" && shown.rows[shown.rows.length - 1].contested !== null;
    this.#showHeadline(shown, both);
    this.#showBars(shown, both);
    this.#showTables(shown, both);
    this.#showSentence(shown);
    this.notes.textContent = this.#notes(shown).join(" ");
    this.#moveChart(shown.day);
  }

  /** @param {PanelDay} shown @param {boolean} both */
  #showHeadline({ day, rows, bySource, other, source, counting }, both) {
    const { text, config } = this;
    const all = rows.length - 1;
    const every = rows[all];
    const claim = day >= Figures.number(config.claimed_on) ? "of_claim" : "of_claim_before";
    const share = Page.element("p", "front-share");
    share.append(
      Page.element("b", "", text.share(every.held_share)),
      text.say(both ? `${claim}_both` : claim, { day: text.day(Figures.iso(day)) }),
    );
    const facts = Page.element("dl");
    /** @param {string} name @param {string} value @param {string} [range] */
    const fact = (name, value, range) => {
      const row = facts.appendChild(Page.element("div"));
      const term = Page.element("dd", "", value);
      if (range) term.append(Page.element("small", "", text.say("by_source", { range })));
      row.append(Page.element("dt", "", name), term);
    };
    const [held, gap, contested] = text.words[both ? "facts_both" : "facts"];
    const [land, water] = text.words.gap_parts;
    const [month, since] = text.words[both ? "changes_both" : "changes"];
    /** @param {"held" | "gap"} name */
    const range = (name) => text.between(bySource.map((each) => each.rows[all][name]), (km2) => text.km2(km2));
    fact(held, text.km2(every.held), range("held"));
    fact(gap, text.km2(every.gap), range("gap"));
    fact(land, text.km2(every.gap_land));
    fact(water, text.km2(every.gap_water));
    fact(contested, text.km2(every.contested));
    Object.entries(text.words.statuses).forEach(([status, name]) => {
      const km2 = source.km2(source.snapshotOn(day), all, status, counting);
      if (km2 !== null) fact(String(name), text.km2(km2));
    });
    const change = other === null ? every.change_30d : source.change(source.snapshotOn(day), source.snapshotOn(other), all, counting);
    fact(other === null ? month : FaceText.fill(since, { day: text.shortDay(Figures.iso(other)) }), change === null ? text.words.not_known : text.say("km2", { n: text.signed(change, "") }));
    const shares = text.between(bySource.map((each) => each.rows[all].held_share), (value) => text.share(value));
    if (shares) fact(text.words.band, shares);
    this.headline.replaceChildren(share, facts);
  }

  /** @param {PanelDay} shown @param {boolean} both */
  #showBars({ rows, bySource }, both) {
    const { text } = this;
    const caption = Page.element("figcaption", "", text.words[both ? "bars_both" : "bars"]);
    const key = Page.element("ul", "front-key");
    Object.entries(text.words.parts).forEach(([part, name]) => {
      const item = key.appendChild(Page.element("li"));
      item.append(Page.element("i", `front-${part}`), name);
    });
    this.bars.replaceChildren(caption, key, ...rows.map((row, i) => {
      const contested = row.contested ?? 0;
      const held = row.held - (both ? contested : 0);
      const node = Page.element("div", "front-bar");
      const bar = Page.element("div", "front-track-bar");
      [["held", held], ["contested", contested], ["rest", row.claimed - held - contested]].forEach(([part, km2]) => {
        const piece = bar.appendChild(Page.element("i", `front-${part}`));
        piece.style.flexGrow = String(Math.max(Number(km2), 0) / row.claimed);
      });
      const shares = bySource.map((each) => each.rows[i].held_share);
      if (!both && shares.length > 1) {
        const band = bar.appendChild(Page.element("i", "front-band"));
        band.style.left = `${100 * Math.min(...shares)}%`;
        band.style.width = `${100 * (Math.max(...shares) - Math.min(...shares))}%`;
      }
      node.append(Page.element("span", "", this.oblast(row.iso)), bar, Page.element("b", "", text.share(row.held_share)));
      return node;
    }));
  }

  /** @param {PanelDay} shown @param {boolean} both */
  #showTables({ rows }, both) {
    const { text } = this;
    const { words } = text;
    const [areas, changes] = words.tables;
    this.tables.replaceChildren(
      this.#table(areas.caption, both ? areas.columns_both : areas.columns, rows.map((row) => [
        text.area(row.claimed), text.area(row.held), text.share(row.held_share), text.area(row.gap),
        row.contested === null ? "–" : text.area(row.contested),
      ]), rows),
      this.#table(both ? changes.caption_both : changes.caption, changes.columns, rows.map((row) => [
        text.signed(row.change_30d, "–"), text.signed(row.change_365d, "–"),
        row.last_redrawn === null ? "–" : text.shortDay(row.last_redrawn),
      ]), rows),
    );
  }

  /** @param {string} caption @param {string[]} columns @param {string[][]} cells @param {FigureRow[]} rows */
  #table(caption, columns, cells, rows) {
    const table = Page.element("table");
    table.createCaption().textContent = caption;
    const head = table.createTHead().insertRow();
    [this.text.words.oblast, ...columns].forEach((name) => {
      head.appendChild(Page.element("th", "", name)).scope = "col";
    });
    const body = table.createTBody();
    rows.forEach(({ iso }, i) => {
      const line = body.insertRow();
      line.appendChild(Page.element("th", "", this.oblast(iso))).scope = "row";
      cells[i].forEach((value) => { line.insertCell().textContent = value; });
    });
    return table;
  }

  /** @param {PanelDay} shown */
  #showSentence({ day, source, bySource }) {
    const { text } = this;
    const snapshot = source.snapshotOn(day);
    const { observed, retrieved } = source.columns;
    const seen = text.day(observed[snapshot]);
    const got = retrieved[snapshot];
    const said = text.say("said", {
      source: this.title(source.source), observed: seen, retrieved: got === null ? text.words.not_recorded : text.day(got),
    });
    const carried = source.days[snapshot] === day ? ""
      : text.say("carried", { day: text.day(Figures.iso(day)), observed: seen });
    this.sentence.textContent = [carried, said].filter(Boolean).join(" ");
    this.ages.replaceChildren(...bySource.map(({ figures, rows }) => Page.element("li", "", text.say("age", {
      source: this.title(figures.source),
      share: text.share(rows[rows.length - 1].held_share),
      day: text.day(Figures.iso(figures.days[figures.snapshotOn(day)])),
    }))));
  }

  /** Return what a reader needs to know of the figures, in sentences. @param {PanelDay} shown */
  #notes({ day, rows, counting, source }) {
    const { text, config } = this;
    const { words } = text;
    const every = rows[rows.length - 1];
    const snapshot = source.snapshotOn(day);
    const stale = rows.slice(0, -1).filter(({ last_redrawn: last }) => last && day - Figures.number(last) > words.stale_days)
      .map(({ iso, last_redrawn: last }) => text.say("since", { name: this.oblast(iso), day: text.day(last ?? "") }));
    const readers = [30, 365].map((back) => source.snapshotOn(day - back)).filter((then) => then >= 0)
      .map((then) => source.columns.reader[then]);
    const reported = every.contested !== null;
    const then = source.lastReported(snapshot, "contested");
    return [
      day === source.last && text.say("newest", { source: this.title(source.source), day: text.day(Figures.iso(day)) }),
      stale.length && text.say("not_redrawn", { days: words.stale_days, oblasts: stale.join(", ") }),
      config.basis_notes[counting.basis],
      text.say("gap_water", { km2: text.km2(every.gap_water), day: text.day(words.drained_on) }),
      day < Figures.number(config.claimed_on) && words.before_claim,
      readers.some((reader) => reader !== source.columns.reader[snapshot]) && words.readers_change,
      !reported && counting.contested === "in" && words.contested_not_counted,
      !reported && words.unreported,
      !reported && then >= 0 && text.say("reported_before", {
        day: text.day(Figures.iso(source.days[then])), km2: text.km2(source.km2(then, rows.length - 1, "contested", counting)),
      }),
    ].filter(Boolean);
  }

  /** Return the day shown in a sentence, with who says so. @param {PanelDay} shown */
  citation({ day, rows, counting, source }) {
    const { text, config } = this;
    const every = rows[rows.length - 1];
    return text.say("citation", {
      day: text.day(Figures.iso(day)), share: text.share(every.held_share),
      held: text.area(every.held), claimed: text.area(every.claimed), basis: config.choices.basis[counting.basis],
      source: this.title(source.source),
      observed: text.day(source.columns.observed[source.snapshotOn(day)]), version: config.version,
    });
  }

  // --- the history of all sources

  #buildChart() {
    const { w, h } = FrontPanel.#CHART;
    this.svg = Page.svg("svg", { viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": this.text.words.history });
    this.cursor = Page.svg("line", { class: "front-cursor", y1: FrontPanel.#CHART.top, y2: h - FrontPanel.#CHART.bottom });
    this.legend = Page.element("ul", "front-key");
    this.chart.append(Page.element("figcaption", "", this.text.words.history), this.legend, this.svg);
    this.svg.addEventListener("click", (event) => {
      const { left, width } = /** @type {Element} */ (this.svg).getBoundingClientRect();
      const at = ((/** @type {MouseEvent} */ (event).clientX - left) / width) * w;
      this.want(Math.round(this.#dayAt(at)));
    });
    /** @type {[number, number]} */
    this.span = [0, 1];
  }

  /** @param {number} x */
  #dayAt(x) {
    const { w, left } = FrontPanel.#CHART;
    return this.span[0] + ((x - left) / (w - left)) * (this.span[1] - this.span[0]);
  }

  /** @param {number} day */
  #x(day) {
    const { w, left } = FrontPanel.#CHART;
    return left + ((day - this.span[0]) / (this.span[1] - this.span[0])) * (w - left);
  }

  /** Draw the share held, by each source. @param {{source: string, shares: [day: number, share: number | null][]}[]} lines @param {[number, number]} span */
  drawHistory(lines, span) {
    const { w, h, left, bottom, top } = FrontPanel.#CHART;
    this.span = span;
    const values = lines.flatMap(({ shares }) => shares.flatMap(([, share]) => (share === null ? [] : [share])));
    const low = Math.floor(20 * Math.min(...values)) / 20;
    const high = Math.ceil(20 * Math.max(...values)) / 20;
    /** @param {number} share */
    const y = (share) => top + ((high - share) / (high - low || 1)) * (h - top - bottom);
    const ticks = Array.from({ length: Math.round((high - low) / 0.05) + 1 }, (_, i) => low + 0.05 * i);
    const years = Array.from({ length: 12 }, (_, i) => new Date(Figures.iso(span[0])).getUTCFullYear() + 1 + i)
      .filter((year) => Figures.number(`${year}-01-01`) < span[1]);
    const paths = lines.map(({ shares }, i) => {
      let d = "";
      let open = false;
      shares.forEach(([day, share]) => {
        if (share !== null) {
          const [px, py] = [this.#x(day).toFixed(1), y(share).toFixed(1)];
          d += open ? `H${px}V${py}` : `M${px},${py}`;
        }
        open = share !== null;
      });
      return Page.svg("path", { class: `front-series front-series-${i}`, d });
    });
    this.svg?.replaceChildren(
      ...ticks.map((tick) => Page.svg("line", { class: "front-grid", x1: left, x2: w, y1: y(tick), y2: y(tick) })),
      ...ticks.map((tick) => Page.svg("text", { x: left - 5, y: y(tick) + 4, "text-anchor": "end" }, this.text.say("share", { n: Math.round(100 * tick) }))),
      ...years.map((year) => Page.svg("text", { x: this.#x(Figures.number(`${year}-01-01`)), y: h - 5 }, String(year))),
      ...years.map((year) => {
        const at = this.#x(Figures.number(`${year}-01-01`));
        return Page.svg("line", { class: "front-grid", x1: at, x2: at, y1: h - bottom, y2: h - bottom + 4 });
      }),
      ...paths, /** @type {Element} */ (this.cursor),
    );
    this.legend?.replaceChildren(...lines.map(({ source }, i) => {
      const item = Page.element("li");
      item.append(Page.element("i", `front-dash front-series-${i}`), this.title(source));
      return item;
    }));
  }

  /** @param {number} day */
  #moveChart(day) {
    const x = String(this.#x(day));
    this.cursor?.setAttribute("x1", x);
    this.cursor?.setAttribute("x2", x);
  }
}
