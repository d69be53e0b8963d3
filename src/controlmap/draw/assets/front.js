"use strict";

/** What a reader may choose, by the names of the page's address; values are text. @typedef {Record<string, string>} FrontChoices */

/** @typedef {{id: string, title: string, credit: string, url: string, last: string, figures: string, record: string}} FrontSource */

/**
 * What the front end needs, as front.config writes it. Addresses that begin with # name an element
 * whose text is the file, gzipped, in base64.
 *
 * @typedef {object} FrontConfig
 * @property {MapConfig} map
 * @property {string} background
 * @property {FrontSource[]} sources
 * @property {Record<string, Record<string, string>>} choices in words, by name
 * @property {FrontChoices} defaults
 * @property {Record<string, string>} oblasts
 * @property {string[]} oblasts_shown their ISO codes, in the order of the record
 * @property {FrontWords} words
 * @property {FaceWords} face
 * @property {Record<string, string>} basis_notes by basis
 * @property {Record<string, string>} statuses that layers show
 * @property {FaceDates} dates
 * @property {FrontServer | null} server
 * @property {string} lang
 * @property {string} version
 * @property {string} claimed_on
 * @property {{date: string, title: string}[]} events
 * @property {{days: number, name: string}[]} speeds
 * @property {Record<string, [light: string, dark: string]>} colours
 */

/** What a server answers: the addresses of what changed, of a place, of a citation, those of files with their labels, and what to say of ground. @typedef {{changes: string, place: string, citation: string, forms: Record<string, string>, ground: string}} FrontServer */

/** Where the front end stands. @typedef {{choose: (choices: FrontChoices) => void, initial: FrontChoices}} FrontHost */

/**
 * The first page: map, strip, panel and choices, of files alone. Figures come first; the map follows
 * when it is there. It tells its host what the reader chooses, and takes the same from it.
 */
class Front {
  static #MOST_WIDE = 900; // px: below, the panel is a sheet over the map
  static #OTHER_DAY = "other"; // what a swipe shows beside the day, where it is not a source
  static #SETTLE_MS = 300; // after the last move, until the view is in the address

  /** @type {Record<string, Figures>} */
  figures = {};
  /** @type {Record<string, Promise<FaceRecord>>} */
  #records = {};
  /** @type {FrontChoices} */
  choices = {};
  /** @type {PanelDay | null} */
  shown = null;
  /** @type {MapView | undefined} */
  view;
  /** @type {DayFaces | undefined} */
  faces;
  /** @type {WireFeature[]} */
  places = [];
  /** @type {DayFaces | undefined} of the other side of a swipe */
  beside;
  /** @type {Record<string, number>} for tests: ms since the page opened */
  times = {};

  /** @param {HTMLElement} root @param {FrontConfig} config @param {FrontHost} host */
  static async mount(root, config, host) {
    const front = new Front(root, config, host);
    await front.#open();
    return front;
  }

  /** @param {HTMLElement} root @param {FrontConfig} config @param {FrontHost} host */
  constructor(root, config, host) {
    this.root = root;
    this.config = config;
    this.host = host;
    this.text = new FrontText(config.words, config.lang);
  }

  /** Return the JSON of a file. @param {string} address @returns {Promise<any>} */
  static async data(address) {
    if (!address.startsWith("#")) {
      const response = await fetch(address);
      if (!response.ok || !response.body) throw new Error(`${response.status} for ${address}`);
      return FaceRecord.unpacked(response.body);
    }
    const text = atob(/** @type {HTMLElement} */ (document.getElementById(address.slice(1))).textContent.trim());
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
    return FaceRecord.unpacked(new Blob([bytes]).stream());
  }

  async #open() {
    const { config, host } = this;
    const columns = await Promise.all(config.sources.map(({ figures }) => Front.data(figures)));
    columns.forEach((each) => { this.figures[each.source] = new Figures(each); });
    const all = Object.values(this.figures);
    this.span = /** @type {[number, number]} */ ([
      Math.min(...all.map(({ first }) => first)), Math.max(...all.map(({ last }) => last)),
    ]);
    this.choices = { ...config.defaults, ...this.#allowed(host.initial) };
    this.#build();
    this.#theme();
    this.#mark();
    this.show(this.choices);
    this.times.figures = performance.now();
    // The figures are painted before the map asks for the processor.
    await new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); });
    if (this.#hasMap) await this.#openMap();
  }

  /** Whether there is a map: what is embedded may be a chart or a figure alone. */
  get #hasMap() {
    return (this.root.dataset.show ?? "map") === "map";
  }

  /** Return those of a host's choices that mean something here. @param {FrontChoices} given */
  #allowed(given) {
    return Object.fromEntries(Object.entries(given).filter(([name, value]) => {
      const { choices } = this.config;
      if (name in choices) return value in choices[name];
      if (name === "swipe") return value === Front.#OTHER_DAY || value in choices.source;
      if (name === "date" || name === "other") return !value || (/^\d{4}-\d\d-\d\d$/.test(value) && Number.isFinite(Figures.number(value)));
      if (name === "theme") return value in this.config.words.themes;
      return ["at", "map", "layers"].includes(name);
    }));
  }

  /** Return the numbers that a text of the address holds, none where it holds anything else. @param {string} value @param {number} count */
  static #numbers(value, count) {
    const numbers = value.split(",").map(Number);
    return value && numbers.length === count && numbers.every(Number.isFinite) ? numbers : [];
  }

  /** Return view and layers as the address has them; those that it does not name are as last seen. @returns {Partial<StoredView>} */
  #addressed() {
    const [lat, lng, zoom] = Front.#numbers(this.choices.map, 3);
    const turned = this.choices.layers.split(" ");
    const layers = Object.fromEntries(this.config.map.layers.map(({ id, on }) => [id, turned.includes(id) ? !on : Boolean(on)]));
    return { ...(zoom === undefined ? {} : { lat, lng, zoom }), ...(this.choices.layers ? { layers } : {}) };
  }

  /** Keep view and layers in the address. */
  #remember() {
    clearTimeout(this.#remembering);
    this.#remembering = setTimeout(() => {
      const { view } = this;
      if (!view) return;
      const { lat, lng } = view.map.getCenter();
      const layers = this.config.map.layers.filter(({ id, on }) => view.groups[id].on !== Boolean(on)).map(({ id }) => id);
      const map = view.moved ? [lat.toFixed(4), lng.toFixed(4), view.map.getZoom().toFixed(1)].join(",") : "";
      this.#note({ map, layers: layers.join(" ") });
    }, Front.#SETTLE_MS);
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #remembering;

  /** Have the host know of what changes nothing that is shown. @param {FrontChoices} changed */
  #note(changed) {
    this.choices = { ...this.choices, ...changed };
    this.host.choose(this.choices);
  }

  // --- the page

  #build() {
    const { config, text, root } = this;
    const { words } = text;
    root.classList.add("front");
    this.mapNode = Page.element("div", "front-map");
    this.panel = new FrontPanel(text, config, (day) => this.#choose({ date: Figures.iso(day) }));
    this.strip = new Strip(text, /** @type {[number, number]} */ (this.span), config, (day, playing) => {
      if (playing) this.show({ ...this.choices, date: Figures.iso(day) });
      else this.#choose({ date: Figures.iso(day) });
    });
    this.card = new FrontCard(text, config, () => {
      this.card?.close();
      this.mark?.remove();
      this.side?.classList.remove("front-peek");
      this.#note({ at: "" });
    });
    const stage = Page.element("main", "front-stage");
    stage.append(this.mapNode, this.strip.root);
    this.side = Page.element(this.#hasMap ? "aside" : "main", "front-panel");
    this.side.setAttribute("aria-label", words.panel);
    const handle = Page.element("button", "front-handle", words.more);
    handle.type = "button";
    handle.setAttribute("aria-expanded", "false");
    handle.addEventListener("click", () => {
      const { classList } = /** @type {HTMLElement} */ (this.side);
      const open = !classList.contains("front-peek") && classList.toggle("front-open");
      classList.remove("front-peek");
      handle.textContent = open ? words.less : words.more;
      handle.setAttribute("aria-expanded", String(open));
    });
    const title = Page.element("h1", "", words.title);
    this.side.append(handle, title, this.#buildDrawer(), this.card.root, this.panel.root, this.#buildFoot());
    root.append(stage, this.side);
    this.panel.drawHistory(this.#history(), /** @type {[number, number]} */ (this.span));
  }

  #buildDrawer() {
    const { config, text } = this;
    const { words } = text;
    this.drawer = Page.element("details", "front-drawer");
    this.line = Page.element("summary", "");
    this.form = Page.element("form");
    Object.entries(config.choices).forEach(([name, options]) => this.form?.append(this.#choice(name, words[name], options)));
    this.other = Page.element("input");
    Object.assign(this.other, { type: "date", min: Figures.iso(this.span?.[0] ?? 0), max: Figures.iso(this.span?.[1] ?? 0) });
    this.other.addEventListener("change", () => {
      if (this.other?.validity.valid) this.#choose({ other: this.other.value });
    });
    const label = Page.element("label", "front-other", words.other);
    label.append(this.other);
    this.form.append(label, this.#choice("theme", words.theme, words.themes));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.drawer.append(this.line, this.form);
    return this.drawer;
  }

  /** @param {string} name @param {string} title @param {Record<string, string>} options */
  #choice(name, title, options) {
    const label = Page.element("label", "", title);
    const select = label.appendChild(Page.element("select"));
    select.name = name;
    Object.entries(options).forEach(([value, shown]) => select.append(new Option(shown, value)));
    select.addEventListener("change", () => this.#choose({ [name]: select.value }));
    return label;
  }

  #buildFoot() {
    const { text, config } = this;
    const foot = Page.element("footer");
    const status = Page.element("span", "front-status");
    status.setAttribute("role", "status");
    /** @param {string} name @param {() => void} act */
    const button = (name, act) => {
      const node = foot.appendChild(Page.element("button", "", name));
      node.type = "button";
      node.addEventListener("click", act);
    };
    if (config.server) foot.append(this.#buildFiles(config.server), this.#buildChanges(config.server));
    else button(text.words.download, () => this.#download());
    button(text.words.cite, async () => {
      const said = await this.#citation();
      if (!said) return;
      await navigator.clipboard?.writeText(said).catch(() => {});
      status.textContent = said;
    });
    foot.append(status);
    foot.append(Page.element("p", "front-credit", text.words.lede));
    const credit = foot.appendChild(Page.element("p", "front-credit"));
    config.sources.forEach((source) => {
      const link = credit.appendChild(Page.element("a", "", source.credit));
      Object.assign(link, { href: source.url, rel: "noopener noreferrer", target: "_blank" });
    });
    credit.append(Page.element("span", "", config.version));
    return foot;
  }

  /** Offer what the server writes of the day shown. @param {FrontServer} server */
  #buildFiles({ forms, ground }) {
    const files = Page.element("details", "front-files");
    const list = Page.element("ul");
    list.append(...Object.entries(forms).map(([address, label]) => {
      const item = Page.element("li");
      const link = item.appendChild(Page.element("a", "", label));
      link.addEventListener("click", () => { link.href = `${address}?${new URLSearchParams(this.#counted())}`; }, true);
      link.href = address;
      return item;
    }));
    files.append(Page.element("summary", "", this.text.words.files), list, Page.element("small", "", ground));
    return files;
  }

  /** Lead to what changed before the day shown. @param {FrontServer} server */
  #buildChanges({ changes }) {
    const { words } = this.text;
    const place = Page.element("p", "front-changes", words.what_changed);
    [1, 7, 30, 365].forEach((n) => {
      const link = place.appendChild(Page.element("a", "", FaceText.fill(words.last_days, { n })));
      link.href = changes;
      link.addEventListener("click", () => {
        const { date: to, source, advance } = this.choices;
        link.search = String(new URLSearchParams({ from: Figures.iso(Figures.number(to) - n), to, source, advance }));
      }, true);
    });
    return place;
  }

  /** Return what the figures shown are of, as the server is asked for them. */
  #counted() {
    const { date, source, basis, contested, advance } = this.choices;
    return { date, source, basis, contested, advance };
  }

  /** Return the figures shown in sentences: the server's where there is one and it answers. */
  async #citation() {
    if (!this.shown) return "";
    const own = this.panel?.citation(this.shown) ?? "";
    if (!this.config.server) return own;
    const answer = await fetch(`${this.config.server.citation}?${new URLSearchParams(this.#counted())}`).catch(() => null);
    return answer?.ok ? answer.text() : own;
  }

  #download() {
    if (!this.shown) return;
    const { day, counting, source } = this.shown;
    const link = Page.element("a");
    const file = new Blob([source.csv(day, counting, Object.values(this.figures))], { type: "text/csv" });
    link.href = URL.createObjectURL(file);
    link.download = `controlmap-${source.source}-${Figures.iso(day)}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // --- choices

  /** @param {FrontChoices} changed */
  #choose(changed) {
    this.show({ ...this.choices, ...changed });
    this.host.choose(this.choices);
  }

  /** Show what is chosen; the host calls it too. @param {FrontChoices} choices */
  show(choices) {
    const before = this.choices;
    this.choices = { ...this.config.defaults, ...this.#allowed(choices) };
    if (this.swiping) this.swiping.value = this.choices.swipe;
    const { source: name, date, basis, contested, advance, other } = this.choices;
    const day = Figures.number(date);
    const source = this.figures[name];
    const counting = { basis, contested, advance };
    const all = Object.values(this.figures);
    const rows = source.compare(day, counting, all);
    this.#showChoices();
    this.strip?.show(day);
    if (before.source !== name || before.basis !== basis || before.contested !== contested || before.advance !== advance) {
      this.#mark();
      this.panel?.drawHistory(this.#history(), /** @type {[number, number]} */ (this.span));
    }
    if (before.theme !== this.choices.theme) this.#theme();
    const then = other ? Figures.number(other) : null;
    if (rows.length) {
      const bySource = all.map((figures) => ({ figures, rows: figures.compare(day, counting, all) })).filter((each) => each.rows.length);
      this.shown = { day, counting, source, rows, bySource, other: then };
      this.panel?.show(this.shown);
    } else {
      this.shown = null;
      this.panel?.empty(this.#nothing(source, day), day);
    }
    this.#showFaces(source, day, then);
    if (this.card?.point) this.#showCard(this.card.point);
  }

  /** @param {Figures} source @param {number} day */
  #nothing(source, day) {
    const { text } = this;
    const title = this.panel?.title(source.source) ?? "";
    if (day > source.last) return text.say("after", { source: title, last: text.day(Figures.iso(source.last)) });
    if (day < source.first) return text.say("before", { source: title, first: text.day(Figures.iso(source.first)) });
    return text.say("gap", { source: title, day: text.day(Figures.iso(day)) });
  }

  #showChoices() {
    const { choices, config, text } = this;
    if (!this.line || !this.form || !this.other) return;
    this.line.textContent = text.say("chosen", {
      source: config.choices.source[choices.source], day: text.day(choices.date),
      basis: config.choices.basis[choices.basis], contested: config.choices.contested[choices.contested],
    });
    this.form.querySelectorAll("select").forEach((select) => { select.value = choices[select.name] ?? ""; });
    if (document.activeElement !== this.other) this.other.value = choices.other ?? "";
  }

  /** Return the share of all four by source, null where a gap begins. */
  #history() {
    const { basis, contested, advance } = this.choices;
    return Object.values(this.figures).map((figures) => {
      const all = figures.columns.isos.length - 1;
      const whole = figures.columns.claimed[basis][all] * 1e6;
      /** @type {[number, number | null][]} */
      const shares = figures.days.map((day, snapshot) => [day, figures.held(snapshot, all, { basis, contested, advance }) / whole]);
      figures.gaps().forEach(({ from }) => shares.push([from, null]));
      shares.sort(([a], [b]) => a - b);
      return { source: figures.source, shares };
    });
  }

  #mark() {
    const figures = this.figures[this.choices.source];
    const shares = this.#history().find(({ source }) => source === figures.source)?.shares ?? [];
    const { redrawn } = figures.byAdvance[this.choices.advance] ?? figures.byAdvance.apart;
    this.strip?.mark({
      shares: /** @type {[number, number][]} */ (shares.filter(([, share]) => share !== null)),
      gaps: figures.gaps(),
      redrawn: [...new Set(redrawn[redrawn.length - 1])].filter((day) => day >= 0).map((day) => day + figures.first),
    });
  }

  // --- the theme

  #theme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const chosen = this.choices.theme || (dark.matches ? "dark" : "light");
    const theme = chosen === "dark" ? 1 : 0;
    document.documentElement.dataset.theme = chosen;
    document.documentElement.style.colorScheme = chosen;
    const page = this.config.map.page[chosen === "dark" ? "dark" : "light"];
    document.documentElement.style.setProperty("--background-color", page.paper);
    Object.entries(page).forEach(([name, colour]) => document.documentElement.style.setProperty(`--cm-${name}`, colour));
    Object.entries(this.config.colours).forEach(([name, pair]) => {
      document.documentElement.style.setProperty(`--part-${name}`, pair[theme]);
    });
    dark.onchange = () => this.#theme();
    this.view?.retheme();
  }

  // --- the map

  /** Return the record of a source, read once. @param {string} source */
  #record(source) {
    this.#records[source] ??= Front.data(this.config.sources.find(({ id }) => id === source)?.record ?? "")
      .then((columns) => new FaceRecord(columns));
    return this.#records[source];
  }

  async #openMap() {
    const { config, mapNode } = this;
    const map = L.map(/** @type {HTMLElement} */ (mapNode), {
      zoomControl: false, attributionControl: false, preferCanvas: true, zoomSnap: 0.1, trackResize: false, zoomAnimation: false,
    });
    map.setView([47.8, 36.6], 7);
    this.view = new MapView(map, config.map, 1, this.#addressed());
    this.view.changed = () => this.#remember();
    this.swipe = new Swipe(this.view, this.text.words.swipe);
    this.mark = L.circleMarker([0, 0], { className: "front-point", interactive: false, radius: 7, renderer: L.svg({ pane: "popupPane" }) });
    this.measure = new Measure(this.view, (km, points) => (
      points > 1 ? this.text.say("way", { km: this.text.tenths.format(km) }) : this.text.words.measure_hint
    ));
    if (innerWidth < Front.#MOST_WIDE) this.view.panel.open = false;
    this.faces = new DayFaces(this.view, config.dates, this.text);
    this.view.faces = this.faces;
    Object.assign(window, { ControlMap: this.view });
    const background = Front.data(config.background)
      .then((layers) => ({ layers }), (error) => ({ error }));
    this.view.open(background, Promise.resolve());
    this.view.update({ rev: "front", layers: {}, notes: {}, focus: [] });
    this.#showFaces(this.figures[this.choices.source], Figures.number(this.choices.date), this.choices.other ? Figures.number(this.choices.other) : null);
    this.#tools(await background);
    if (!this.view.moved) this.view.showGround();
    map.on("click", ({ latlng }) => !this.measure?.on && this.#pick({ lat: latlng.lat, lng: latlng.lng, name: "" }));
    const [lng, lat] = Front.#numbers(this.choices.at, 2);
    if (lat !== undefined) this.#pick({ lat, lng, name: this.#named(lat, lng) });
    await this.#shownFaces;
    this.times.map = performance.now();
  }

  /** @type {Promise<void> | undefined} */
  #shownFaces;

  /** @param {Figures} source @param {number} day @param {number | null} other */
  #showFaces(source, day, other) {
    const { faces } = this;
    if (!faces) return;
    const snapshot = source.snapshotOn(day);
    const since = source.snapshotOn(other ?? day - 30);
    const before = source.lastReported(snapshot, "held_before_2022");
    this.#showNotes(source, snapshot, other);
    const turned = faces.advance !== this.choices.advance;
    faces.advance = this.choices.advance;
    this.#shownFaces = this.#record(source.source).then((record) => {
      if (this.choices.source !== source.source || Figures.number(this.choices.date) !== day) return;
      faces.shown = { snapshot, since: snapshot < 0 ? -1 : since, before };
      const known = faces.record === record;
      if (known && turned) faces.restyle();
      if (known) faces.show(faces.shown);
      else faces.take(record);
      this.#showSwipe(source, day, other);
    }, (error) => {
      console.error("controlmap: no record:", error.message);
      this.view?.announce(this.text.words.failed);
    });
  }

  /** Show another day or another source beside the day. @param {Figures} source @param {number} day @param {number | null} other */
  async #showSwipe(source, day, other) {
    const { swipe, view, faces, config, text } = this;
    if (!swipe || !view || !faces) return;
    const chosen = this.choices.swipe;
    if (!chosen) {
      swipe.show(null);
      this.beside?.remove();
      this.beside = undefined;
      return;
    }
    const beside = chosen === Front.#OTHER_DAY ? source : this.figures[chosen];
    const then = chosen === Front.#OTHER_DAY ? other ?? day - 30 : day;
    const record = await this.#record(beside.source);
    if (this.choices.swipe !== chosen || Figures.number(this.choices.date) !== day) return;
    this.beside ??= new DayFaces(view, config.dates, text, false);
    this.beside.advance = this.choices.advance;
    const snapshot = beside.snapshotOn(then);
    this.beside.shown = { snapshot, since: -1, before: beside.lastReported(snapshot, "held_before_2022") };
    if (this.beside.record === record) this.beside.show(this.beside.shown);
    else this.beside.take(record);
    /** @param {Figures} of @param {number} on */
    const name = (of, on) => text.say("side", { source: config.choices.source[of.source], day: text.shortDay(Figures.iso(on)) });
    swipe.show([{ name: name(beside, then), faces: this.beside }, { name: name(source, day), faces }]);
  }

  /** Say in the list of layers which are not of the day, and since when changes are. @param {Figures} source @param {number} snapshot @param {number | null} other */
  #showNotes(source, snapshot, other) {
    const { config, view, text } = this;
    ["gained", "lost"].forEach((layer) => {
      const note = view?.groups[layer]?.note;
      if (note) note.textContent = other === null ? "" : text.say("compared_since", { day: text.day(Figures.iso(other)) });
    });
    Object.entries(config.statuses).forEach(([layer, status]) => {
      const note = view?.groups[layer]?.note;
      if (!note) return;
      const last = source.lastReported(snapshot, status);
      const shown = layer === "held-before-2022" && last >= 0
        ? text.say("as_last_reported", { day: text.day(Figures.iso(source.days[last])) }) : text.words.not_reported;
      note.textContent = snapshot < 0 || last === snapshot ? "" : shown;
    });
  }

  /** Put search and the ways of looking on the map. @param {Background} background */
  #tools({ layers }) {
    const { view, text, config } = this;
    const { words } = text;
    if (!view) return;
    const more = Page.element("details", "front-more");
    const zooms = { "": words.zoom_to, all: words.all, changes: words.changes_shown };
    config.oblasts_shown.forEach((iso) => Object.assign(zooms, { [iso]: config.oblasts[iso] }));
    const zoom = Front.#select(words.zoom_to, zooms, () => {
      this.#zoom(zoom.value);
      zoom.value = "";
    });
    this.swiping = Front.#select(words.swipe, { "": words.no_swipe, [Front.#OTHER_DAY]: words.swipe_other, ...config.choices.source }, () => {
      this.#choose({ swipe: this.swiping?.value ?? "" });
    });
    this.swiping.value = this.choices.swipe;
    const measure = Front.#button(words.measure, () => {
      this.measure?.toggle(!this.measure.on);
      measure.setAttribute("aria-pressed", String(this.measure?.on));
    });
    measure.setAttribute("aria-pressed", "false");
    // Some phones have none.
    const full = document.fullscreenEnabled ? [Front.#button(words.full, () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.root.requestFullscreen();
    })] : [];
    more.append(Page.element("summary", "", words.tools), zoom, this.swiping, measure, ...full);
    const tools = Page.element("div", "front-tools");
    this.places = layers?.places ?? [];
    tools.append(...this.#buildSearch(this.places), more);
    view.control("topright", tools);
  }

  /** @param {string} name @param {Record<string, string>} options @param {() => void} act */
  static #select(name, options, act) {
    const select = Page.element("select");
    select.setAttribute("aria-label", name);
    Object.entries(options).forEach(([value, shown]) => select.append(new Option(shown, value)));
    select.addEventListener("change", act);
    return select;
  }

  /** @param {string} name @param {() => void} act */
  static #button(name, act) {
    const node = Page.element("button", "", name);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }

  /** @param {WireFeature[]} places */
  #buildSearch(places) {
    const { words } = this.text;
    const search = Page.element("input");
    const list = Page.element("datalist");
    list.id = "front-places";
    Object.assign(search, { type: "search", placeholder: words.search });
    search.setAttribute("aria-label", words.search);
    search.setAttribute("list", list.id);
    places.forEach(({ t }) => list.append(new Option(t.slice(1, 2).join(""), t[0])));
    search.addEventListener("change", () => {
      const wanted = search.value.trim().toLowerCase();
      const place = places.find(({ t }) => t.slice(0, 2).some((name) => name.toLowerCase() === wanted));
      if (!place) return;
      const { lat, lng } = Front.#at(place);
      this.view?.map.setView([lat, lng], 10, { animate: false });
      this.#pick({ lat, lng, name: place.t[0] });
    });
    return [search, list];
  }

  /** @param {WireFeature} place */
  static #at({ p: [[x, y]] = [[NaN, NaN]] }) {
    return { lat: y / 10_000, lng: x / 10_000 };
  }

  /** Return the name of the place that is at a point, "" for none. @param {number} lat @param {number} lng */
  #named(lat, lng) {
    const place = this.places.find((each) => Math.hypot(Front.#at(each).lat - lat, Front.#at(each).lng - lng) < 1e-4);
    return place?.t[0] ?? "";
  }

  /** Zoom to all of the ground, to an oblast, or to what changed. @param {string} to */
  #zoom(to) {
    const { view, faces, config } = this;
    const record = faces?.record;
    if (to === "all") view?.showGround();
    if (!view || !record || !to || to === "all") return;
    const oblast = config.oblasts_shown.indexOf(to);
    const box = oblast < 0 ? faces.changes() : record.box((face) => record.faceOblast[face] === oblast);
    if (!box.length) {
      view.announce(this.text.words.no_changes);
      return;
    }
    /** @param {number} x @param {number} y */
    const corner = (x, y) => view.map.unproject([256 * x, 256 * y], 0);
    view.map.fitBounds(L.latLngBounds(corner(box[0], box[3]), corner(box[2], box[1])), { animate: false, padding: [30, 30] });
  }

  /** @param {FrontPoint} point */
  #pick(point) {
    if (this.view) this.mark?.setLatLng(point).addTo(this.view.map);
    this.#note({ at: `${point.lng.toFixed(5)},${point.lat.toFixed(5)}` });
    this.#showCard(point, true);
  }

  /** Say who holds a point, by each source. @param {FrontPoint} point @param {boolean} [arrived] */
  async #showCard(point, arrived = false) {
    const { card, config } = this;
    const day = Figures.number(this.choices.date);
    const records = await Promise.all(config.sources.map(({ id }) => this.#record(id)));
    if (Figures.number(this.choices.date) !== day || !card) return;
    card.show(point, day, config.sources.map(({ id, title }, i) => {
      const figures = this.figures[id];
      return { title, figures, record: records[i], nothing: figures.snapshotOn(day) < 0 ? this.#nothing(figures, day) : "" };
    }), this.choices);
    if (!arrived) return;
    this.side?.classList.add("front-peek"); // on a phone: half of the sheet
    card.root.scrollIntoView({ block: "nearest" });
  }

  // --- for tests

  state() {
    return {
      choices: this.choices, times: this.times,
      settled: this.faces?.settled ?? false,
      snapshot: this.faces?.shown.snapshot ?? null,
      csv: this.shown?.source.csv(this.shown.day, this.shown.counting, Object.values(this.figures)) ?? "",
    };
  }
}
