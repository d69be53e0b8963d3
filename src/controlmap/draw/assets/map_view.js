"use strict";

/** A feature as maps.py sends it: tip, rank, and a point, lines or polygons in steps. @typedef {{t: string[], r: number, p?: number[][], l?: number[][], a?: number[][][]}} WireFeature */
/** @typedef {{[id: string]: WireFeature[]}} WireLayers features by layer */
/** @typedef {{layers?: WireLayers, error?: Error}} Background */

/**
 * A layer as maps.Layer says it; one without a name has no switch.
 *
 * @typedef {object} LayerSpec
 * @property {string} id
 * @property {"area" | "line" | "place" | "name" | "tiles" | "time"} kind
 * @property {string} [name]
 * @property {boolean} [on]
 * @property {PaintStyle} light
 * @property {PaintStyle} dark what the dark theme changes
 * @property {string} [tiles]
 * @property {string} [tiles_credit]
 */

/**
 * What never changes, as maps.base_map says it.
 *
 * @typedef {object} MapConfig
 * @property {LayerSpec[]} layers
 * @property {LayerSpec[]} base layers that no control switches
 * @property {{light: Colours, dark: Colours}} page
 * @property {[lat: number, lon: number][][]} ground outlines of what the map shows first
 * @property {[farthest: number, closest: number]} zooms
 * @property {[text: string, address: string][]} credit
 * @property {{[name: string]: string}} words
 * @property {boolean} picks whether the dashboard takes a click as a place
 * @property {boolean} fills whether it is all of its page, which then needs no scrolling past it
 */

/**
 * What changes, as maps.payload_json says it.
 *
 * @typedef {object} DayPayload
 * @property {string} rev the name of the day and its choices
 * @property {WireLayers} layers
 * @property {{[id: string]: string}} notes
 * @property {number[]} focus what to zoom to: west, south, east, north; none for all of the ground
 */

/** What a tip shows, the first line as its title. @typedef {{lines: string[], kind?: string, rank?: number}} TipContent */
/** @typedef {TipContent & {rank: number, group: L.FeatureGroup}} FeatureInfo */
/** @typedef {L.Path & FeatureInfo} MapFeature */
/** @typedef {L.CircleMarker & FeatureInfo} Place */
/** What draws the faces of a day on the map. @typedef {{restyle: () => unknown, colours: () => string[]}} FaceLayers */
/** @typedef {{lat: number, lng: number, zoom: number, focus?: string, layers: {[id: string]: boolean}}} StoredView */

/**
 * A layer on the map, with what stands for it in the list of layers.
 *
 * @typedef {object} LayerGroup
 * @property {LayerSpec} spec
 * @property {L.FeatureGroup | L.TileLayer} leaflet
 * @property {PaintCanvas} renderer
 * @property {boolean} on
 * @property {MapFeature[]} features
 * @property {HTMLInputElement} [box]
 * @property {HTMLCanvasElement} [swatch]
 * @property {HTMLElement} [note]
 */

/**
 * The map: layers, names, tips, controls, theme, and the view that a reader chose. Text is data
 * everywhere: it reaches the page through textContent and canvas text only, never as markup.
 */
class MapView {
  static #GRID = 10000; // units to a degree on the wire, as in maps.py
  static #NARROW = 600; // px: below this the panel starts closed
  static #MARGIN = 6; // px, from the frame to what has to be seen whole
  static #STORE = "controlmap.view";
  static #TILE_PATIENCE_MS = 8000; // until a tile server that says nothing counts as unreachable
  static #ANNOUNCED_MS = 5000;

  /** @type {{[id: string]: LayerGroup}} */
  groups = {};
  /** @type {string[]} names as they are written on the map */
  labels = [];
  /** @type {{layer: Place, box: Box}[]} names as placement.js placed them */
  named = [];
  /** @type {string | null} */
  rev = null;
  /** @type {string | null} the rev that is on the screen with its background */
  painted = null;
  /** @type {"light" | "dark"} */
  theme = MapView.#themeNow();
  /** @type {HTMLElement | null} */
  tip = null;
  /** @type {TipContent | null} */
  tipContent = null;
  /** @type {FaceLayers | undefined} */
  faces;
  narrow = false;
  /** Runs when the reader has chosen another view or other layers. */
  changed = () => {};
  updates = 0;
  /** @type {string[]} layers of the day */
  #dayIds = [];
  #backgroundDone = false;
  #fitting = false;
  #fitted = false;
  moved = false; // whether the reader chose the view
  /** @type {number[]} what the day's payload zooms to */
  #focus = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;

  /** @param {L.Map} map @param {MapConfig} config @param {number} inits how often the page has begun @param {Partial<StoredView>} [given] view and layers that an address names */
  constructor(map, config, inits, given = {}) {
    this.map = map;
    this.config = config;
    this.words = config.words;
    this.inits = inits;
    this.stored = { ...MapView.#readStore(), ...given };
    this.moved = [this.stored.lat, this.stored.lng, this.stored.zoom].every(Number.isFinite);

    map.setMinZoom(config.zooms[0]).setMaxZoom(config.zooms[1]);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.#stillMotion();
    this.container = map.getContainer();
    this.container.classList.add("cm");
    this.container.setAttribute("role", "region");
    this.container.setAttribute("aria-label", this.words.map);
    if (window.frameElement) /** @type {HTMLElement} */ (window.frameElement).title = this.words.map;
    this.container.style.visibility = "hidden"; // until the styles are there
    this.canvases = {
      base: Paint.canvas(map, "cm-base", 150, {}),
      faces: Paint.canvas(map, "cm-faces", 410, { interactive: true, tolerance: 3 }),
      labels: Paint.canvas(map, "cm-labels", 620, {}, { _draw: () => this.#label() }),
    };
    this.panel = Page.element("details", "cm-layers");
    this.message = Page.element("div", "cm-message");
    this.text = Page.element("ul", "cm-text");
    this.tileCredit = Page.element("span");
    config.base.forEach((spec) => this.#addGroup({ ...spec, on: true }, this.canvases.base));
    config.layers.forEach((spec) => this.#addGroup(spec, this.canvases.faces));
    this.#addControls();
    this.#tameGestures();
    this.#paintTheme();
  }

  /** Show the map once what it waits for is there. @param {Promise<Background>} background @param {Promise<unknown>} styled */
  open(background, styled) {
    background.then(({ layers, error }) => {
      if (error) {
        console.error("controlmap: no background:", error.message);
        this.announce(this.words.background_failed);
      }
      // The background is that of all maps; this one may list fewer layers.
      Object.entries(layers ?? {}).filter(([id]) => this.groups[id]).forEach(([id, features]) => this.#fill(id, features));
      this.#backgroundDone = true;
      this.#settle();
    });
    styled.then(() => {
      this.container.style.visibility = "";
      this.#fit();
    });
    this.map.on("movestart", () => this.closeTip());
    this.map.on("moveend", () => {
      this.#sift();
      if (this.#fitting) return;
      this.moved = true;
      this.#remember();
    });
    if (this.config.picks) {
      this.map.on("click", ({ latlng: { lng, lat } }) => this.send({ point: [lng, lat] }));
    }
    new ResizeObserver(() => this.#fit()).observe(this.container);
    // Every render message carries the theme; its handler has run when the timeout fires.
    addEventListener("message", (event) => {
      if (event.data?.type === "streamlit:render") setTimeout(() => this.retheme(), 0);
    });
  }

  /** Draw one date. Background layers stay; a layer that the date does not name is emptied. @param {DayPayload} payload */
  update(payload) {
    const ids = Object.keys(payload.layers);
    this.#dayIds.filter((id) => !ids.includes(id)).forEach((id) => this.#fill(id, []));
    ids.forEach((id) => this.#fill(id, payload.layers[id]));
    this.#dayIds = ids;
    Object.entries(this.groups).forEach(([id, { note }]) => {
      if (note) note.textContent = payload.notes[id] ?? "";
    });
    this.rev = payload.rev;
    this.updates += 1;
    const zooms = this.#zoomTo(payload.focus);
    if (zooms || this.updates === 1) this.#fit(); // the notes have made the panel higher
    this.#settle();
  }

  /** Return whether there is something new to zoom to; a view that the reader chose there since stays. @param {number[]} focus */
  #zoomTo(focus) {
    if (String(focus) === String(this.#focus)) return false;
    this.#focus = focus;
    this.moved = String(focus) === this.stored.focus;
    return true;
  }

  /** Bring names and words up to date, and note when the date and the background are on the screen. */
  #settle() {
    const { rev } = this;
    this.#sift();
    this.describe();
    if (rev === null || !this.#backgroundDone) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      this.painted = rev;
    }));
  }

  /** Give the day in words: layer by layer, each text once. Places would drown the rest. */
  describe() {
    this.text.replaceChildren();
    Object.values(this.groups).forEach(({ spec, on, features }) => {
      const texts = new Set(features.map(({ lines }) => lines.join(". ")).filter(Boolean));
      if (!on || !spec.name || spec.kind === "place" || !texts.size) return;
      const list = Page.element("ul");
      texts.forEach((text) => list.append(Page.element("li", "", text)));
      const item = Page.element("li", "", spec.name);
      item.append(list);
      this.text.append(item);
    });
  }

  // --- layers

  /** @param {LayerSpec} spec @param {PaintCanvas} renderer */
  #addGroup(spec, renderer) {
    const on = (spec.name === undefined ? true : this.stored.layers?.[spec.id] ?? spec.on) ?? false;
    const leaflet = spec.kind === "tiles" ? this.#tileLayer(spec) : this.#featureGroup();
    this.groups[spec.id] = { spec, leaflet, renderer, on, features: [] };
    this.#place(this.groups[spec.id]);
  }

  #featureGroup() {
    /** @param {L.LeafletMouseEvent} event */
    const open = ({ latlng, layer }) => this.openTip({ latlng, content: layer });
    return L.featureGroup()
      .on("mouseover", open).on("mousemove", open).on("click", open)
      .on("mouseout", () => this.closeTip());
  }

  /** @param {string} id @param {WireFeature[]} features */
  #fill(id, features) {
    const group = this.groups[id];
    if (!group) {
      console.error("controlmap: no layer", id);
      return;
    }
    if (!(group.leaflet instanceof L.FeatureGroup)) return;
    const { leaflet, spec } = group;
    this.closeTip();
    leaflet.clearLayers();
    const style = { ...this.style(spec), renderer: group.renderer };
    group.features = features.map((feature) => Object.assign(MapView.#path(spec, feature, style), {
      lines: feature.t, rank: feature.r, kind: spec.kind, group: leaflet,
    }));
    if (spec.kind !== "place" && spec.kind !== "name") group.features.forEach((layer) => leaflet.addLayer(layer));
  }

  /** @param {LayerSpec} spec @param {WireFeature} feature @param {PaintStyle} style @returns {L.Path} */
  static #path(spec, feature, style) {
    const interactive = spec.name !== undefined && feature.t.length > 0;
    const options = { ...style, interactive, smoothFactor: 0.4 };
    if (feature.p) {
      const [at] = MapView.#points(feature.p[0]);
      return L.circleMarker(at, { ...options, radius: Paint.RANKS[feature.r].radius });
    }
    if (feature.l) return L.polyline(feature.l.map(MapView.#points), options);
    const polygons = (feature.a ?? []).map((rings) => rings.map(MapView.#points));
    if (spec.kind !== "line") return L.polygon(polygons, options);
    return L.polyline(polygons.flat().map((ring) => [...ring, ring[0]]), options);
  }

  /** Return the points of what maps._steps wrote: whole units, each the step from the one before. @param {number[]} steps */
  static #points(steps) {
    /** @type {[lat: number, lng: number][]} */
    const points = [];
    let [x, y] = [0, 0];
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([y / MapView.#GRID, x / MapView.#GRID]);
    }
    return points;
  }

  /** Return Leaflet's options of a layer in the present theme. @param {LayerSpec} spec @returns {PaintStyle} */
  style(spec) {
    const fill = spec.kind !== "line";
    return { fill, stroke: true, ...spec.light, ...(this.theme === "dark" ? spec.dark : {}) };
  }

  /** @param {string} id @param {boolean} on */
  #switch(id, on) {
    const group = this.groups[id];
    group.on = on;
    this.#place(group);
    this.closeTip();
    this.faces?.restyle(); // its legend may take room from names
    this.#sift();
    this.#syncControls();
    this.describe();
    this.#remember();
  }

  /** Put on the map what is switched on. @param {LayerGroup} group */
  #place({ leaflet, on }) {
    if (on) leaflet.addTo(this.map);
    else leaflet.remove();
  }

  /** Let the order of drawing be that of the list, whatever was switched or filled last. */
  #stack() {
    Object.values(this.groups).forEach(({ leaflet, on }) => {
      if (on && leaflet instanceof L.FeatureGroup) leaflet.bringToFront();
    });
  }

  /** Return a tile layer that unticks itself when its server does not answer. @param {LayerSpec} spec */
  #tileLayer(spec) {
    const tiles = L.tileLayer(spec.tiles ?? "", { maxZoom: 19 });
    let [loaded, failed] = [0, 0];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const check = () => {
      if (loaded || !this.groups[spec.id].on) return;
      this.#switch(spec.id, false);
      this.announce(this.words.tiles_failed);
    };
    tiles.on("add", () => {
      loaded = failed = 0;
      clearTimeout(timer);
      timer = setTimeout(check, MapView.#TILE_PATIENCE_MS);
    });
    tiles.on("tileload", () => { loaded += 1; });
    tiles.on("tileerror", () => {
      failed += 1;
      if (failed === 2) setTimeout(check, 0); // not inside Leaflet's own event
    });
    return tiles;
  }

  // --- places and names

  /** Put on the map the places that it has room for with their names, and find that room. */
  #sift() {
    const { map, canvases: { labels: { _ctx, _bounds } } } = this;
    const { fontFamily } = getComputedStyle(this.container);
    /** @param {Place} place */
    const at = (place) => map.latLngToLayerPoint(place.getLatLng());
    const all = this.places();
    const due = all.filter(({ rank }) => map.getZoom() >= Paint.RANKS[rank].zoom);
    const near = due.filter((place) => _bounds.contains(at(place))); // a margin beyond the frame, for dragging
    const room = Placement.names(near.map((place) => {
      const [rank, [name]] = [Paint.RANKS[place.rank], place.lines];
      const size = name ? Paint.measure(_ctx, name, rank, fontFamily) : { w: 0, h: 0 };
      return { at: at(place), radius: rank.radius, ...size, kept: place.rank === 0 };
    }), this.#frame());
    const shown = new Set(due.filter((place) => !near.includes(place) || room[near.indexOf(place)]));
    all.forEach((place) => {
      if (!shown.has(place)) place.group.removeLayer(place);
      else if (!place.group.hasLayer(place)) place.group.addLayer(place);
    });
    this.named = near.flatMap((layer, i) => {
      const box = room[i];
      return box && box !== "bare" ? [{ layer, box }] : [];
    });
    this.#nameAround(near.filter((_, i) => room[i]).map(at));
    this.#stack();
    this.#relabel();
  }

  /** Place the names of what lies around near their points, where places and controls leave room. @param {Point[]} dots */
  #nameAround(dots) {
    const { fontFamily } = getComputedStyle(this.container);
    const frame = this.#frame();
    const taken = [
      ...this.named.map(({ box }) => box),
      ...dots.map(({ x, y }) => ({ x: x - 5, y: y - 5, w: 10, h: 10 })),
      ...this.occupied(".leaflet-control").map((box) => ({ ...box, x: box.x + frame.x, y: box.y + frame.y })),
    ];
    /** @type {Place[]} */ (this.groups.names?.features ?? []).forEach((layer) => {
      const size = Paint.measureQuiet(this.canvases.labels._ctx, layer.lines, fontFamily);
      const box = Placement.near(this.map.latLngToLayerPoint(layer.getLatLng()), size, frame, taken);
      if (box) this.named.push({ layer, box });
    });
  }

  /** Return what the map's frame shows, in Leaflet's layer points. @returns {Box} */
  #frame() {
    const { x, y } = this.map.containerPointToLayerPoint([0, 0]);
    const size = this.map.getSize();
    return { x, y, w: size.x, h: size.y };
  }

  /** Return every place of the layers that are on, biggest first. */
  places() {
    const places = Object.values(this.groups)
      .filter(({ spec, on }) => on && spec.kind === "place")
      .flatMap(({ features }) => /** @type {Place[]} */ (features));
    return places.sort((a, b) => a.rank - b.rank);
  }

  #relabel() {
    this.canvases.labels._updatePaths();
  }

  /** Runs as the label canvas's _draw, whenever Leaflet has moved or cleared it. */
  #label() {
    const { fontFamily } = getComputedStyle(this.container);
    const { color = "" } = this.groups.names ? this.style(this.groups.names.spec) : {};
    this.labels = this.named.map(({ layer: { lines, kind, rank }, box }) => {
      const { _ctx } = this.canvases.labels;
      if (kind === "name") return Paint.labelQuiet(_ctx, lines, box, color, this.page(), fontFamily);
      return Paint.label(_ctx, lines[0], Paint.RANKS[rank], box, this.page(), fontFamily);
    });
  }

  // --- tips

  /**
   * Show a tip beside a point.
   * @param {{latlng: L.LatLng, content?: TipContent}} event
   */
  openTip({ latlng, content }) {
    if (!content?.lines) return;
    if (!this.tip || this.tipContent !== content) {
      this.closeTip();
      const node = Page.element("div", "cm-tip");
      content.lines.forEach((line, i) => node.append(Page.element(i ? "div" : "strong", "cm-line", line)));
      this.container.append(node);
      this.tip = node;
      this.tipContent = content;
    }
    this.#placeTip(this.tip, this.map.latLngToContainerPoint(latlng));
  }

  /** @param {HTMLElement} node @param {Point} point */
  #placeTip(node, point) {
    const margin = MapView.#MARGIN;
    const size = this.map.getSize();
    const frame = { x: margin, y: margin, w: size.x - 2 * margin, h: size.y - 2 * margin };
    const { x, y } = Placement.beside(
      point, { w: node.offsetWidth, h: node.offsetHeight }, frame, this.occupied(".cm-layers"),
    );
    node.style.left = `${x}px`;
    node.style.top = `${y}px`;
  }

  closeTip() {
    this.tip?.remove();
    this.tip = this.tipContent = null;
  }

  /** Return the rectangles of controls, in pixels of the map's frame. @param {string} selector @returns {Box[]} */
  occupied(selector) {
    const { left, top } = this.container.getBoundingClientRect();
    return [...this.container.querySelectorAll(selector)]
      .map((node) => node.getBoundingClientRect())
      .filter(({ width }) => width)
      .map(({ x, y, width, height }) => ({ x: x - left, y: y - top, w: width, h: height }));
  }

  // --- controls

  /** Put a node on the map as a control. @param {L.ControlPosition} position @param {HTMLElement} node */
  control(position, node) {
    L.DomEvent.disableClickPropagation(node);
    L.DomEvent.disableScrollPropagation(node);
    const control = new L.Control({ position });
    control.onAdd = () => node;
    return control.addTo(this.map);
  }

  #addControls() {
    const { config, words, map, container } = this;
    L.control.zoom({ position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);

    const credit = Page.element("div", "cm-credit");
    config.credit.forEach(([text, href]) => {
      const link = Page.element("a", "", text);
      Object.assign(link, { href, target: "_blank", rel: "noopener noreferrer" });
      credit.append(link);
    });
    credit.append(this.tileCredit);
    this.control("bottomright", credit);
    new ResizeObserver(() => {
      container.style.setProperty("--credit", `${credit.offsetHeight}px`);
    }).observe(credit);
    // The oblasts run from south-west to north-east: the panel takes the corner they leave free.
    this.control("topleft", this.panel);
    L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(map);
    const list = Page.element("ul");
    list.append(...config.layers.map((spec) => this.#layerSwitch(spec)));
    this.panel.append(Page.element("summary", "", words.layers), list, Page.element("p", "", words.beyond));

    this.message.setAttribute("role", "status");
    container.append(this.message, this.text);
    this.#syncControls();
  }

  /** @param {LayerSpec} spec */
  #layerSwitch({ id, name }) {
    const group = this.groups[id];
    const box = Page.element("input");
    box.type = "checkbox";
    box.dataset.layer = id;
    box.addEventListener("change", () => this.#switch(id, box.checked));
    const [swatch, note] = [Page.element("canvas"), Page.element("small")];
    const label = Page.element("label");
    label.append(box, swatch, Page.element("span", "", name), note);
    Object.assign(group, { box, swatch, note });
    const item = Page.element("li");
    item.append(label);
    return item;
  }

  #syncControls() {
    const groups = Object.values(this.groups);
    groups.forEach(({ on, box }) => {
      if (box) box.checked = on;
    });
    const credits = groups.filter(({ on, spec }) => on && spec.tiles_credit).map(({ spec }) => spec.tiles_credit);
    this.tileCredit.textContent = credits.join(" · ");
  }

  /** Send the dashboard around the map what the reader wants, in Streamlit's own protocol. @param {object} value */
  send(value) {
    const distinct = { ...value, asked: Date.now() }; // the same again is sent again
    const type = "streamlit:setComponentValue";
    parent.postMessage({ isStreamlitMessage: true, type, value: distinct, dataType: "json" }, "*");
  }

  /** Show a text over the map for a while. @param {string} text */
  announce(text) {
    this.message.textContent = text;
    this.message.classList.add("cm-said");
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.message.classList.remove("cm-said"), MapView.#ANNOUNCED_MS);
  }

  /** Leave the page its scrolling: the wheel zooms after a click, a finger drags with a second. */
  #tameGestures() {
    const { map, container } = this;
    /** @param {boolean} on */
    const wheel = (on) => map.scrollWheelZoom[on ? "enable" : "disable"]();
    container.addEventListener("keydown", ({ key }) => key === "Escape" && this.closeTip());
    /** @param {boolean} pointed */
    const mark = (pointed) => () => container.classList.toggle("cm-pointed", pointed);
    addEventListener("keydown", mark(false), { capture: true });
    container.addEventListener("pointerdown", mark(true), { capture: true });
    if (this.config.fills) {
      wheel(true);
      return;
    }
    container.addEventListener("pointerdown", () => wheel(true));
    container.addEventListener("pointerleave", () => {
      wheel(false);
      this.closeTip();
    });
    container.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey) wheel(true);
      else if (!map.scrollWheelZoom.enabled()) this.announce(this.words.wheel);
    }, { capture: true, passive: true });
    if (matchMedia("(pointer: coarse)").matches) {
      map.dragging.disable();
      container.addEventListener("touchmove", (event) => {
        if (event.touches.length === 1) this.announce(this.words.touch);
      }, { passive: true });
    }
  }

  // --- the view

  /** Have Leaflet jump where it would glide; by then it has read its options. */
  #stillMotion() {
    const { map } = this;
    Object.assign(map, { _zoomAnimated: false });
    Object.assign(map.options, { zoomAnimation: false, fadeAnimation: false, inertia: false });
    map.panBy = (offset, options) => L.Map.prototype.panBy.call(map, offset, { ...options, animate: false });
  }

  /** Fit the map to its size, at first and after each change: the ground, unless the reader chose a view. */
  #fit() {
    const { map, stored } = this;
    this.#fitting = true;
    map.invalidateSize({ animate: false });
    const { x, y } = map.getSize();
    if (x > 50 && y > 50) {
      const narrow = x < MapView.#NARROW;
      if (!this.#fitted || narrow !== this.narrow) this.panel.open = !narrow;
      this.narrow = narrow;
      if (!this.moved) this.#showGround();
      else if (!this.#fitted) map.setView([stored.lat, stored.lng], stored.zoom, { animate: false });
      this.#fitted = true;
    }
    this.#fitting = false;
  }

  /** Show all of the ground, from now on at any size of the map, until the reader chooses another view. */
  showGround() {
    const fitting = this.#fitting;
    this.#fitting = true;
    this.#showGround();
    this.#fitting = fitting;
    this.moved = false;
    this.#remember();
  }

  /** Show all of the ground as large as the controls leave room for. */
  #showGround() {
    const { map, config: { ground } } = this;
    const [west, south, east, north] = this.#focus;
    if (this.#focus.length) {
      map.fitBounds([[south, west], [north, east]], { animate: false, padding: [40, 40] });
      return;
    }
    const margin = MapView.#MARGIN;
    const size = map.getSize();
    const frame = { x: margin, y: margin, w: size.x - 2 * margin, h: size.y - 2 * margin };
    const bounds = L.latLngBounds(ground.flat());
    const most = map.getBoundsZoom(bounds, false, L.point(2 * margin, 2 * margin));
    const view = Placement.view(
      (zoom) => ground.map((ring) => ring.map((corner) => map.project(corner, zoom))),
      most, frame, this.occupied(".leaflet-control"),
    );
    if (view) {
      const centre = size.divideBy(2).subtract(L.point(view.shift));
      map.setView(map.unproject(centre, view.zoom), view.zoom, { animate: false });
    } else map.fitBounds(bounds, { animate: false });
  }

  /** Keep view and layers for the session, so that another page and back loses neither. */
  #remember() {
    const layers = { ...MapView.#readStore().layers };
    this.config.layers.forEach(({ id }) => { layers[id] = this.groups[id].on; });
    const { lat, lng } = this.map.getCenter();
    const view = this.moved ? { lat, lng, zoom: this.map.getZoom(), focus: String(this.#focus), layers } : { layers };
    try {
      sessionStorage.setItem(MapView.#STORE, JSON.stringify(view));
    } catch {
      // storage is forbidden: the view lives as long as the page
    }
    this.changed();
  }

  /** @returns {StoredView} */
  static #readStore() {
    try {
      return JSON.parse(sessionStorage.getItem(MapView.#STORE) ?? "") || {};
    } catch {
      // storage is forbidden or holds something else: the map opens as if new
      return /** @type {StoredView} */ ({});
    }
  }

  // --- the theme

  /** Return the theme, from the colour that streamlit-component-lib puts on the root element. */
  static #themeNow() {
    const style = getComputedStyle(document.documentElement);
    const ctx = Page.context(Page.element("canvas"));
    ctx.fillStyle = style.getPropertyValue("--background-color").trim() || "#ffffff";
    const [r, g, b] = (ctx.fillStyle.match(/\w\w/g) ?? []).map((hex) => parseInt(hex, 16));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128 ? "dark" : "light";
  }

  /** Return the page's colours. */
  page() {
    return this.config.page[this.theme];
  }

  /** Take over the theme of the page. */
  retheme() {
    const theme = MapView.#themeNow();
    if (theme === this.theme) return;
    this.theme = theme;
    this.#paintTheme();
  }

  #paintTheme() {
    this.container.dataset.theme = this.theme;
    document.body.style.colorScheme = this.theme;
    Object.entries(this.page()).forEach(([name, colour]) => {
      document.body.style.setProperty(`--cm-${name}`, colour);
    });
    const land = this.style(this.groups.land.spec);
    Object.values(this.groups).forEach(({ spec, features, swatch }) => {
      const style = this.style(spec);
      features.forEach((layer) => layer.setStyle(style));
      const bands = spec.kind === "time" ? this.faces?.colours() : undefined;
      if (swatch) Paint.swatch(swatch, spec.kind, style, land, bands);
    });
    this.#relabel();
    this.faces?.restyle();
  }

  // --- for tests

  /** Return the RGBA that one of the canvases shows at a place. @param {number} lat @param {number} lon @param {"base" | "faces" | "labels"} name */
  pixel(lat, lon, name = "faces") {
    return Paint.pixel(this.map, this.canvases[name], [lat, lon]);
  }

  state() {
    const { inits, updates, rev, painted, theme, labels, map, groups, message } = this;
    const { lat, lng } = map.getCenter();
    const layers = Object.fromEntries(Object.entries(groups).map(([id, { on, features, leaflet }]) => {
      const drawn = leaflet instanceof L.FeatureGroup ? leaflet.getLayers().length : 0;
      return [id, { on, n: features.length, drawn }];
    }));
    return {
      inits, updates, rev, painted, theme, labels, layers,
      zoom: map.getZoom(),
      centre: { lat, lng },
      message: message.classList.contains("cm-said") ? message.textContent : "",
    };
  }
}
