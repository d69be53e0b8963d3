/*
 * The player: a bar below the map that goes through the record day by day, and the layer of when ground
 * changed hands. The record is fetched at first use; from then on nobody is asked. Where a dashboard
 * listens, it is told of a day that the reader wants to use.
 */
(() => {
  "use strict";

  const { REST, HELD } = window.ControlMapRecord;
  const SPELLS = 6; // of a face's record, the latest ones
  const MODE = "changed-hands"; // the layer that colours by date

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function button(className, label, act) {
    const node = element("button", className);
    node.type = "button";
    node.setAttribute("aria-label", label);
    node.title = label;
    node.addEventListener("click", act);
    return node;
  }

  class Timeline {
    constructor(CM, config) {
      this.CM = CM;
      this.config = config;
      this.words = config.words;
      this.active = false;
      this.playing = false;
      this.frames = 0;
      this.long = new Intl.DateTimeFormat(config.lang, {
        day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
      });
      this.number = new Intl.NumberFormat(config.lang, { maximumFractionDigits: 0 });
      this.percent = new Intl.NumberFormat(config.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
      this.first = Date.parse(config.first);
      this.last = Math.round((Date.parse(config.last) - this.first) / 86_400_000);
      this.home = this.day = this.last;
      this.build();
      CM.map.on("mousemove click", (event) => this.tell(event));
    }

    // --- the record

    /** The record, fetched once; null where that failed, which is said. */
    record() {
      this.loading ??= window.ControlMapRecord.load(this.config.url).then(
        (record) => {
          this.read = record;
          this.faces = new window.ControlMapFaces(this.CM.map, record, "cm-time", 405);
          return record;
        },
        (error) => {
          console.error("controlmap: no record to play:", error.message);
          this.CM.say(this.words.failed);
          this.loading = undefined;
          return null;
        },
      );
      return this.loading;
    }

    // --- days

    date(day) {
      return this.long.format(new Date(this.first + day * 86_400_000));
    }

    /** Show a day: on the canvas, in the figures, on the slider. */
    async go(day) {
      this.day = Math.min(Math.max(day, 0), this.last);
      this.slider.value = this.day;
      this.slider.setAttribute("aria-valuetext", this.date(this.day));
      if (!(await this.record())) return;
      if (!this.active || !this.away) this.enter();
      this.draw();
    }

    draw() {
      this.CM.closeTip(); // it told of the day before
      this.standing = this.read.standing(this.day);
      this.faces.go(this.standing);
      this.showFigures();
      this.frames += 1;
    }

    /** So many steps of the size chosen on from the day shown; a month keeps its day's number. */
    step(count, size = this.steps.value) {
      this.pause();
      if (size !== "month") return this.go(this.day + count * (size === "week" ? 7 : 1));
      const date = new Date(this.first + this.day * 86_400_000);
      const number = date.getUTCDate();
      date.setUTCDate(1);
      date.setUTCMonth(date.getUTCMonth() + count + 1);
      date.setUTCDate(0);
      date.setUTCDate(Math.min(number, date.getUTCDate()));
      return this.go(Math.round((date - this.first) / 86_400_000));
    }

    async play() {
      if (this.playing) return;
      this.playing = true;
      this.syncPlay();
      if (this.day === this.last) await this.go(0);
      else await this.go(this.day);
      if (!this.read) this.pause();
      let [then, owed] = [performance.now(), 0];
      const frame = (now) => {
        if (!this.playing) return;
        owed += ((now - then) / 1000) * Number(this.speeds.value);
        then = now;
        const days = Math.floor(owed);
        owed -= days;
        if (days) this.go(this.day + days);
        if (this.day >= this.last) this.pause();
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    }

    pause() {
      this.playing = false;
      this.syncPlay();
    }

    syncPlay() {
      const label = this.playing ? this.words.pause : this.words.play;
      this.playButton.classList.toggle("cm-playing", this.playing);
      this.playButton.setAttribute("aria-label", label);
      this.playButton.title = label;
    }

    // --- in and out

    /** The player's faces take the place of the layers of the day. */
    enter() {
      this.turn(true);
      this.active = true;
      const { replaces, covers, draws } = this.config;
      this.CM.veil(this.byDate ? [...replaces, ...covers] : replaces, this.byDate ? [] : draws);
      this.dress();
      this.faces.show(true);
    }

    /** Whether the player is away from the day that the page shows. */
    turn(away) {
      this.away = away;
      this.root.classList.toggle("cm-away", away);
      this.CM.container.classList.toggle("cm-away", away);
      this.CM.describe();
    }

    /** How much more of the map's foot it takes at play, in pixels. */
    grows() {
      const style = getComputedStyle(this.root);
      return parseFloat(style.getPropertyValue("--player-play")) - parseFloat(style.getPropertyValue("--player-rest"));
    }

    /** Back to the day that the page around the map shows. */
    leave() {
      this.pause();
      this.day = this.home;
      this.slider.value = this.home;
      this.slider.setAttribute("aria-valuetext", this.date(this.home));
      this.turn(false);
      this.big.textContent = this.date(this.home);
      this.note.textContent = this.words.hint;
      if (this.byDate && this.read) {
        this.draw();
        return;
      }
      this.active = false;
      this.CM.veil([]);
      this.faces?.show(false);
    }

    /** The page shows another day, or the same one with other figures. */
    rest(iso, totals) {
      this.totals = totals;
      this.home = Math.round((Date.parse(iso) - this.first) / 86_400_000);
      const back = this.words.leave_for.replace("{day}", this.date(this.home));
      this.back.title = back;
      this.back.setAttribute("aria-label", back);
      if (this.home === this.day || !this.away) this.leave();
      else this.showFigures();
    }

    use() {
      this.CM.tell({ day: this.read.iso(this.day) });
    }

    // --- looks

    /** A layer was switched, or the theme has changed. */
    async restyle() {
      const byDate = this.CM.groups[MODE]?.on ?? false;
      const turned = byDate !== this.byDate;
      this.byDate = byDate;
      if (turned && byDate && this.CM.narrow) this.CM.panel.open = false; // two legends have no room
      if (this.legend) this.paintLegend();
      if (byDate && !(await this.record())) return;
      if (!this.read || !(this.active || byDate)) return;
      const { away } = this;
      if (turned && !byDate && !away) {
        this.leave();
        return;
      }
      this.enter();
      this.turn(away);
      this.draw();
    }

    dress() {
      const { CM, read } = this;
      const look = (id) => (CM.groups[id]?.on ? CM.style(CM.groups[id].spec) : null);
      if (!this.byDate) {
        this.faces.dress(read.kind, [look("rest"), look("held"), look("contested")]);
        return;
      }
      this.dated ??= this.numbersByDate();
      const years = this.config.years;
      const start = { fillColor: this.colour(this.config.start), fillOpacity: 0.8 };
      const taken = years.map((year) => ({ fillColor: this.colour(year), fillOpacity: 0.85 }));
      const lost = taken.map((style) => ({
        ...style, fillOpacity: 0.45, hatch: "+", hatchColor: CM.page().ink, hatchOpacity: 0.55,
      }));
      this.faces.dress(this.dated, [null, start, ...taken, ...lost]);
    }

    colour(both) {
      return both[this.CM.theme];
    }

    /** Looks by run: 0 never held, 1 held when the record begins, then taken, then lost, by year. */
    numbersByDate() {
      const { read, config } = this;
      const years = config.years.map(({ from }) => read.dayOf(from));
      const bin = (day) => years.findLastIndex((from) => from <= day);
      const out = new Uint8Array(read.kind.length);
      for (let face = 0; face < read.faces; face += 1) {
        for (let run = read.runAt[face]; run < read.runAt[face + 1]; run += 1) {
          const held = read.kind[run] === HELD;
          if (run === read.runAt[face]) out[run] = held ? 1 : 0;
          else if (held === (read.kind[run - 1] === HELD)) out[run] = out[run - 1];
          else out[run] = 2 + bin(read.observed[read.since[run]]) + (held ? 0 : years.length);
        }
      }
      return out;
    }

    // --- words

    status(kind, standing) {
      if (kind === REST && !this.read.tellsContested[standing]) return this.words.rest_or_contested;
      return this.words.statuses[kind];
    }

    /** What a face is from which day on; null in a gap, over which nothing is carried. */
    spells(face) {
      const { read } = this;
      const told = [];
      const tell = (run, observed) => told.push([read.observed[observed], read.kind[run]]);
      for (let run = read.runAt[face]; run < read.runAt[face + 1]; run += 1) tell(run, read.since[run]);
      read.gaps().forEach(([from, observed]) => {
        told.push([from, null]);
        tell(read.runOn(face, observed), observed);
      });
      told.sort(([a], [b]) => a - b);
      return told.filter(([, kind], i) => kind !== told[i - 1]?.[1]);
    }

    /** What a face is on the day shown, and its record: a line a spell, the latest first. */
    lines(face, most = Infinity) {
      const { read, words } = this;
      const now = read.runOn(face, this.standing);
      const spells = this.spells(face).map(([since, kind]) => {
        const text = since ? words.since : words.since_start;
        const spell = text
          .replace("{status}", words.statuses[kind] ?? words.silent)
          .replace("{day}", this.date(since));
        return since > this.day ? words.later.replace("{spell}", spell) : spell;
      });
      const listed = spells.slice(-most).reverse();
      if (spells.length > most) listed.push(words.earlier.replace("{n}", spells.length - most));
      const name = words.oblast.replace("{name}", read.oblasts[read.faceOblast[face]]);
      const on = words.on.replace("{status}", this.status(read.kind[now], this.standing));
      return [name, on.replace("{day}", this.date(this.day)), words.whole, ...listed];
    }

    /** Tell of the face below the pointer; a click has its tip stay, with all of its record. */
    tell({ latlng, originalEvent, type }) {
      const { CM, read } = this;
      if (!this.active || this.playing || CM.tipLayer?.rank !== undefined) return;
      if (originalEvent.target.closest?.(".leaflet-control, .cm-tip")) return;
      const pinned = type === "click";
      if (CM.tip?.pinned && !pinned) return;
      const { x, y } = CM.map.project(latlng, 0).divideBy(256);
      const face = this.standing < 0 ? -1 : read.faceAt(x, y);
      if (face < 0) CM.closeTip();
      else CM.openTip({ latlng, layer: this.tips(face, pinned), type, pinned });
    }

    /** The same object for the same face and day, by which the map knows its tooltip. */
    tips(face, whole) {
      const key = `${face} ${this.day} ${whole}`;
      if (this.tip?.key !== key) this.tip = { key, record: true, lines: this.lines(face, whole ? Infinity : SPELLS) };
      return this.tip;
    }

    showFigures() {
      const { read, words, standing } = this;
      if (!this.away) return;
      const rows = read.figures(standing);
      const totals = this.totals ?? [];
      const add = (key) => (rows.some((row) => row[key] === null) ? null : rows.reduce((sum, row) => sum + row[key], 0));
      rows.push({ name: words.all, held: add("held"), contested: add("contested") });
      const over = [...totals, totals.reduce((sum, km2) => sum + km2, 0)];
      rows.forEach(({ held }, i) => {
        const [km2, share] = this.cells[i];
        km2.textContent = held === null ? words.unknown : words.km2.replace("{n}", this.number.format(held));
        share.textContent = held === null ? "–" : words.share.replace("{n}", this.percent.format((100 * held) / over[i]));
      });
      this.big.textContent = this.date(this.day);
      this.note.textContent = this.noteOf(rows.at(-1).contested);
      this.useButton.disabled = this.day === this.home;
    }

    noteOf(contested) {
      const { read, words, standing, day } = this;
      if (standing < 0) return words.gap;
      const told = contested === null ? words.contested_unknown :
        words.contested.replace("{km2}", this.number.format(contested));
      const seen = read.observed[standing];
      const said = seen === day ? told : `${words.carried.replace("{day}", this.date(seen))} ${told}`;
      const beside = day === this.home ? "" : ` ${words.beside.replace("{day}", this.date(this.home))}`;
      return `${this.config.source}. ${said}${beside}`;
    }

    // --- the bar and the panel

    build() {
      const { words, config, CM } = this;
      const root = this.root = element("div", "cm-player");
      root.setAttribute("role", "group");
      root.setAttribute("aria-label", words.player);
      root.append(this.buildPanel());
      const bar = root.appendChild(element("div", "cm-bar"));
      this.playButton = button("cm-play", words.play, () => (this.playing ? this.pause() : this.play()));
      this.slider = element("input");
      Object.assign(this.slider, { type: "range", min: 0, max: this.last, value: this.day });
      this.slider.setAttribute("aria-label", words.day);
      this.slider.addEventListener("input", () => {
        this.pause();
        this.go(Number(this.slider.value));
      });
      this.steps = this.choice(words.step, Object.entries(words.steps), "day");
      this.speeds = this.choice(words.speed, config.speeds.map(({ days, name }) => [days, name]), config.speed);
      bar.append(
        this.playButton,
        button("cm-back", words.earlier_step, () => this.step(-1)),
        this.slider,
        button("cm-on", words.later_step, () => this.step(1)),
        this.steps,
        this.speeds,
      );
      root.addEventListener("keydown", (event) => this.key(event));
      CM.container.after(root);
      CM.container.classList.add("cm-above-player");
      this.syncPlay();
    }

    /** The day in large, its figures by oblast, and the two ways out. */
    buildPanel() {
      const { words, config } = this;
      const panel = element("div", "cm-now");
      const told = panel.appendChild(element("div", "cm-told"));
      this.big = told.appendChild(element("strong", "", this.date(this.day)));
      this.note = told.appendChild(element("small", "", words.hint));
      const list = panel.appendChild(element("dl"));
      list.setAttribute("aria-label", words.caption);
      this.cells = [...config.oblasts, words.all].map((name) => {
        const row = list.appendChild(element("div"));
        row.append(element("dt", "", name));
        const share = row.appendChild(element("dd", "cm-share"));
        return [row.appendChild(element("dd")), share];
      });
      const foot = panel.appendChild(element("div", "cm-foot"));
      const push = (text, act) => {
        const node = foot.appendChild(element("button", "", text));
        node.type = "button";
        node.addEventListener("click", act);
        return node;
      };
      this.useButton = push(words.use, () => this.use());
      this.useButton.hidden = !config.listens;
      this.back = push(words.leave, () => {
        this.leave();
        this.playButton.focus();
      });
      return panel;
    }

    choice(label, entries, chosen) {
      const node = element("select");
      node.setAttribute("aria-label", label);
      node.title = label;
      entries.forEach(([value, name]) => {
        const option = node.appendChild(element("option", "", name));
        option.value = value;
      });
      node.value = chosen;
      return node;
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
      const acts = {
        " ": () => (this.playing ? this.pause() : this.play()),
        ArrowRight: () => this.step(1),
        ArrowUp: () => this.step(1),
        ArrowLeft: () => this.step(-1),
        ArrowDown: () => this.step(-1),
        PageUp: () => this.step(1, "month"),
        PageDown: () => this.step(-1, "month"),
        Home: () => { this.pause(); this.go(0); },
        End: () => { this.pause(); this.go(this.last); },
        Escape: () => this.leave(),
      };
      // A button answers to the space bar itself.
      if (!acts[event.key] || (event.key === " " && event.target.tagName === "BUTTON")) return;
      event.preventDefault();
      event.stopPropagation();
      acts[event.key]();
    }

    /** The colours of the years, the earliest first. */
    colours() {
      return this.config.years.map((year) => this.colour(year));
    }

    /** The dates' colours, in a corner that the oblasts leave free. */
    addLegend() {
      this.legend = element("div", "cm-dates");
      this.legend.hidden = true;
      this.corner = this.CM.control("bottomright", this.legend);
    }

    paintLegend() {
      const { words, config, CM } = this;
      this.legend.replaceChildren();
      this.legend.hidden = !this.byDate;
      this.corner.setPosition(CM.narrow ? "topleft" : "bottomright");
      this.legend.append(element("strong", "", this.CM.groups[MODE].spec.name));
      const entry = (name, style, wide = "") => {
        const row = this.legend.appendChild(element("span", wide));
        const swatch = row.appendChild(element("canvas"));
        window.ControlMapPaint.swatch(swatch, "area", { fill: true, weight: 0, ...style }, CM.style(CM.groups.land.spec));
        row.append(name);
      };
      config.years.forEach((year) => entry(year.name, { fillColor: this.colour(year), fillOpacity: 0.85 }));
      const start = { fillColor: this.colour(config.start), fillOpacity: 0.8 };
      entry(words.at_start.replace("{day}", this.date(0)), start, "cm-wide");
      const lost = { fillColor: CM.page().muted, fillOpacity: 0.3, hatch: "+", hatchColor: CM.page().ink, hatchOpacity: 0.55 };
      entry(words.lost, lost, "cm-wide");
    }

    // --- for tests

    state() {
      const { active, playing, byDate, day, frames, read, faces } = this;
      return {
        active, playing, frames,
        byDate: Boolean(byDate),
        day: new Date(this.first + day * 86_400_000).toISOString().slice(0, 10),
        loaded: Boolean(read),
        shown: this.big.textContent,
        note: this.note.textContent,
        figures: this.cells.map(([km2, share]) => [km2.textContent, share.textContent]),
        redrawn: faces?.redrawn ?? 0,
      };
    }
  }

  window.ControlMapTimeline = Timeline;
})();
