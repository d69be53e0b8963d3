/*
 * The drawing half of maps.py. st_folium runs ControlMap.init() once and ControlMap.update() at
 * each change of date; the background comes from a file. Text is data everywhere: it reaches the
 * page through textContent and canvas text only, never as markup.
 */
(() => {
  "use strict";

  const GRID = 10000; // units to a degree on the wire, as in maps.py
  const NARROW = 600; // px: below this the panel starts closed
  const MARGIN = 6; // px, from the frame to what has to be seen whole
  const STORE = "controlmap.view";
  const TILE_PATIENCE = 8000; // ms until a tile server that says nothing counts as unreachable

  // --- what loads before Leaflet

  let Paint; // paint.js and room.js, which are there by the time of init
  let Room;
  const source = new URL(document.currentScript.src);

  /** Links go into <body>: st_folium rewrites <head>, which would fetch them twice. */
  function linked(properties) {
    return new Promise((done) => {
      const link = Object.assign(document.createElement("link"), properties);
      link.onload = link.onerror = done;
      document.body.append(link);
    });
  }
  const stylesheet = (href) => linked({ rel: "stylesheet", href });
  for (const name of source.searchParams.get("scripts").split(" ")) {
    linked({ rel: "preload", as: "script", href: new URL(name, source).href });
  }
  const styled = Promise.all([
    stylesheet(source.searchParams.get("css")),
    stylesheet(new URL("controlmap.css", source).href),
    font(source.searchParams.get("font")),
  ]);

  /** The font of the page around the frame; without it, the system's. */
  function font(url) {
    if (!url) return null;
    const face = new FontFace("Source Sans", `url("${new URL(url, location)}")`, { weight: "200 900" });
    document.fonts.add(face);
    return face.load().catch((error) => console.error("controlmap: no font:", error.message));
  }

  async function load(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} for ${url}`);
    return response.json();
  }
  const background = load(source.searchParams.get("background")).then(
    (layers) => ({ layers }),
    (error) => ({ error }),
  );

  // --- small tools

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  /** "dark" or "light", from the colour that streamlit-component-lib puts on the root element. */
  function themeNow() {
    const style = getComputedStyle(document.documentElement);
    const ctx = document.createElement("canvas").getContext("2d");
    ctx.fillStyle = style.getPropertyValue("--background-color").trim() || "#ffffff";
    const [r, g, b] = ctx.fillStyle.match(/\w\w/g).map((hex) => parseInt(hex, 16));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128 ? "dark" : "light";
  }

  const store = {
    read() {
      try {
        return JSON.parse(sessionStorage.getItem(STORE)) || {};
      } catch {
        return {}; // storage is forbidden or holds something else: the map opens as if new
      }
    },
    write(view) {
      try {
        sessionStorage.setItem(STORE, JSON.stringify(view));
      } catch {
        // storage is forbidden: the view lives as long as the page
      }
    },
  };

  // --- geometry from the wire

  /** Undo maps._steps: whole units, each the step from the one before, into [lat, lon]. */
  function unstep(steps) {
    const points = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([y / GRID, x / GRID]);
    }
    return points;
  }

  function shape(spec, feature, options) {
    const interactive = spec.name !== undefined && feature.t.length > 0;
    const style = { ...options, interactive, smoothFactor: 0.4 };
    if (feature.p) {
      return L.circleMarker(unstep(feature.p[0])[0], { ...style, radius: Paint.RANKS[feature.r].radius });
    }
    if (feature.l) return L.polyline(feature.l.map(unstep), style);
    const polygons = feature.a.map((rings) => rings.map(unstep));
    if (spec.kind !== "line") return L.polygon(polygons, style);
    return L.polyline(polygons.flat().map((ring) => [...ring, ring[0]]), style);
  }

  // --- the map

  const CM = {
    inits: 0,
    updates: 0,
    rev: null,
    painted: null,
    theme: "light",
    groups: {}, // by id: { spec, leaflet, on, veiled, features, box, swatch, note }
    labels: [],
    named: [], // names with their boxes, as room.js placed them

    init(map, config) {
      Paint = window.ControlMapPaint;
      Room = window.ControlMapRoom;
      CM.inits += 1;
      CM.map = map;
      CM.config = config;
      CM.words = config.words;
      CM.theme = themeNow();
      CM.view = store.read();
      CM.moved = ["lat", "lng", "zoom"].every((key) => Number.isFinite(CM.view[key]));

      const box = CM.container = map.getContainer();
      box.classList.add("cm");
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", CM.words.map);
      if (window.frameElement) window.frameElement.title = CM.words.map;
      box.style.visibility = "hidden"; // until the styles are there
      CM.canvases = {
        base: Paint.canvas(map, "cm-base", 150, {}),
        faces: Paint.canvas(map, "cm-faces", 410, { interactive: true, tolerance: 3 }),
        labels: Paint.canvas(map, "cm-labels", 620, {}, { _draw: CM.label }),
      };
      config.base.forEach((spec) => CM.addGroup({ ...spec, on: true }, CM.canvases.base));
      config.layers.forEach((spec) => CM.addGroup(spec, CM.canvases.faces));
      if (config.timeline) CM.time = new window.ControlMapTimeline(CM, config.timeline);
      CM.addControls();
      CM.tameGestures();
      CM.paintTheme();

      background.then(({ layers, error }) => {
        if (error) {
          console.error("controlmap: no background:", error.message);
          CM.say(CM.words.background_failed);
        } else {
          Object.entries(layers).forEach(([id, features]) => CM.fill(id, features));
        }
        CM.backgroundDone = true;
        CM.settle();
      });
      styled.then(() => {
        box.style.visibility = "";
        CM.fit();
      });
      map.on("movestart", CM.closeTip);
      map.on("moveend", () => {
        CM.sift();
        if (CM.fitting) return;
        CM.moved = true;
        CM.remember();
      });
      if (config.picks) map.on("click", ({ latlng: { lng, lat } }) => CM.tell({ point: [lng, lat] }));
      new ResizeObserver(CM.fit).observe(box);
      // Every render message carries the theme; its handler has run when the timeout fires.
      addEventListener("message", (event) => {
        if (event.data?.type === "streamlit:render") setTimeout(CM.retheme, 0);
      });
    },

    /** Draw one date. Background layers stay; a layer that the date does not name is emptied. */
    update(payload) {
      const ids = Object.keys(payload.layers);
      (CM.dayIds ?? []).filter((id) => !ids.includes(id)).forEach((id) => CM.fill(id, []));
      ids.forEach((id) => CM.fill(id, payload.layers[id]));
      CM.dayIds = ids;
      Object.entries(CM.groups).forEach(([id, { note }]) => {
        if (note) note.textContent = payload.notes[id] ?? "";
      });
      CM.rev = payload.rev;
      CM.updates += 1;
      if (CM.updates === 1) CM.fit(); // the notes have made the panel higher
      CM.time?.rest(payload.day, payload.totals);
      CM.settle();
    },

    /** `painted` names the date once it and the background are on the screen. */
    settle() {
      const rev = CM.rev;
      CM.sift();
      CM.describe();
      if (rev === null || !CM.backgroundDone) return;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        CM.painted = rev;
      }));
    },

    /** The day in words: layer by layer, each text once. Places would drown the rest. */
    describe() {
      CM.text.replaceChildren();
      if (CM.time?.away) return; // another day is shown
      Object.values(CM.groups).forEach(({ spec, on, features }) => {
        const texts = new Set(features.map(({ lines }) => lines.join(". ")).filter(Boolean));
        if (!on || !spec.name || spec.kind === "place" || !texts.size) return;
        const list = CM.text.appendChild(element("li", "", spec.name)).appendChild(element("ul"));
        texts.forEach((text) => list.append(element("li", "", text)));
      });
    },

    // --- layers

    addGroup(spec, renderer) {
      const on = spec.name === undefined ? true : CM.view.layers?.[spec.id] ?? spec.on;
      const leaflet = spec.kind === "tiles" ? CM.tileLayer(spec) : L.featureGroup();
      CM.groups[spec.id] = { spec, leaflet, renderer, on, features: [] };
      if (spec.kind !== "tiles") {
        leaflet.on("mouseover mousemove click", CM.openTip).on("mouseout", CM.leaveTip);
      }
      if (on) leaflet.addTo(CM.map);
    },

    fill(id, features) {
      const group = CM.groups[id];
      if (!group) {
        console.error("controlmap: no layer", id);
        return;
      }
      CM.closeTip();
      group.leaflet.clearLayers();
      const style = { ...CM.style(group.spec), renderer: group.renderer };
      group.features = features.map((feature) => {
        const layer = shape(group.spec, feature, style);
        return Object.assign(layer, {
          lines: feature.t, rank: feature.r, kind: group.spec.kind, group: group.leaflet,
        });
      });
      if (!["place", "name"].includes(group.spec.kind)) group.features.forEach((layer) => group.leaflet.addLayer(layer));
    },

    /** Leaflet options of a layer in the theme of the moment. */
    style(spec) {
      const fill = spec.kind !== "line";
      return { fill, stroke: true, ...spec.light, ...(CM.theme === "dark" ? spec.dark : {}) };
    },

    /** Put on the map the places that it has room for with their names, and find that room. */
    sift() {
      const { map, canvases: { labels: { _ctx, _bounds } } } = CM;
      const { fontFamily } = getComputedStyle(CM.container);
      const at = (layer) => map.latLngToLayerPoint(layer.getLatLng());
      const all = CM.places();
      const due = all.filter(({ rank }) => map.getZoom() >= Paint.RANKS[rank].zoom);
      const near = due.filter((layer) => _bounds.contains(at(layer))); // a margin beyond the frame, for dragging
      const room = Room.names(near.map((layer) => {
        const { radius } = Paint.RANKS[layer.rank];
        const size = layer.lines[0] ? Paint.measure(_ctx, layer.lines[0], Paint.RANKS[layer.rank], fontFamily) : { w: 0, h: 0 };
        return { at: at(layer), radius, ...size, kept: layer.rank === 0 };
      }), CM.frame());
      const shown = new Set(due.filter((layer) => !near.includes(layer) || room[near.indexOf(layer)]));
      all.forEach((layer) => {
        const wanted = shown.has(layer);
        if (wanted !== layer.group.hasLayer(layer)) layer.group[wanted ? "addLayer" : "removeLayer"](layer);
      });
      CM.named = near.map((layer, i) => ({ layer, box: room[i] })).filter(({ box }) => box?.w);
      CM.nameRound(near.filter((_, i) => room[i]).map(at));
      CM.stack();
      CM.relabel();
    },

    /** The names of what lies round stand near their points, where places and controls leave room. */
    nameRound(dots) {
      const { fontFamily } = getComputedStyle(CM.container);
      const frame = CM.frame();
      const taken = [
        ...CM.named.map(({ box }) => box),
        ...dots.map(({ x, y }) => ({ x: x - 5, y: y - 5, w: 10, h: 10 })),
        ...CM.occupied(".leaflet-control").map((box) => ({ ...box, x: box.x + frame.x, y: box.y + frame.y })),
      ];
      (CM.groups.names?.features ?? []).forEach((layer) => {
        const size = Paint.measureQuiet(CM.canvases.labels._ctx, layer.lines, fontFamily);
        const box = Room.near(CM.map.latLngToLayerPoint(layer.getLatLng()), size, frame, taken);
        if (box) CM.named.push({ layer, box });
      });
    },

    /** What the map's frame shows, in Leaflet's layer points. */
    frame() {
      const { x, y } = CM.map.containerPointToLayerPoint([0, 0]);
      const size = CM.map.getSize();
      return { x, y, w: size.x, h: size.y };
    },

    /** Every place of the layers that are on, biggest first. */
    places() {
      return Object.values(CM.groups)
        .filter(({ spec, on }) => on && spec.kind === "place")
        .flatMap(({ features }) => features)
        .sort((a, b) => a.rank - b.rank);
    },

    /** Drawing order is the order of the list, whatever was switched or filled last. */
    stack() {
      Object.values(CM.groups).forEach(({ spec, leaflet, on }) => {
        if (on && spec.kind !== "tiles") leaflet.bringToFront();
      });
    },

    show(id, on) {
      const group = CM.groups[id];
      group.on = on;
      CM.place(group);
      CM.closeTip();
      CM.sift();
      CM.syncControls();
      CM.describe();
      CM.remember();
      CM.time?.restyle();
    },

    /** On the map is what is switched on and not veiled. */
    place({ leaflet, on, veiled }) {
      if (on && !veiled) leaflet.addTo(CM.map);
      else leaflet.remove();
    },

    /** Hide some layers while the player is on; those that it does not draw itself look so. */
    veil(ids, drawn = []) {
      CM.closeTip();
      Object.values(CM.groups).forEach((group) => {
        group.veiled = ids.includes(group.spec.id);
        const row = group.box?.closest("li");
        const faint = group.veiled && !drawn.includes(group.spec.id);
        row?.classList.toggle("cm-faint", faint);
        if (group.box) group.box.disabled = faint;
        CM.place(group);
      });
      CM.sift();
    },

    /** A tile layer that unticks itself when its server does not answer. */
    tileLayer(spec) {
      const tiles = L.tileLayer(spec.tiles, { maxZoom: 19 });
      let loaded = 0;
      let failed = 0;
      let timer;
      const check = () => {
        if (loaded || !CM.groups[spec.id].on) return;
        CM.show(spec.id, false);
        CM.say(CM.words.tiles_failed);
      };
      tiles.on("add", () => {
        loaded = failed = 0;
        clearTimeout(timer);
        timer = setTimeout(check, TILE_PATIENCE);
      });
      tiles.on("tileload", () => { loaded += 1; });
      tiles.on("tileerror", () => {
        failed += 1;
        if (failed === 2) setTimeout(check, 0); // not inside Leaflet's own event
      });
      return tiles;
    },

    // --- labels and tooltips

    relabel() {
      CM.canvases?.labels._updatePaths();
    },

    /** Runs as the label canvas's _draw, whenever Leaflet has moved or cleared it. */
    label() {
      const { fontFamily } = getComputedStyle(CM.container);
      const { color } = CM.style(CM.groups.names?.spec ?? {});
      CM.labels = CM.named.map(({ layer: { lines, kind, rank }, box }) => (
        kind === "name" ? Paint.labelQuiet(this._ctx, lines, box, color, CM.page(), fontFamily)
          : Paint.label(this._ctx, lines[0], Paint.RANKS[rank], box, CM.page(), fontFamily)
      ));
    },

    /**
     * Show the lines of a layer beside a point, the first as their title. While the player is on, areas
     * say nothing themselves: they are of another day. A `pinned` tip stays until a click elsewhere.
     */
    openTip({ latlng, layer, type, pinned = false }) {
      if (!layer?.lines || (layer.kind === "area" && CM.time?.active)) return;
      if (CM.tip?.pinned && type !== "click") return;
      if (CM.tipLayer !== layer || pinned) {
        CM.closeTip();
        CM.tip = { node: element("div", "cm-tip"), pinned };
        CM.tip.node.classList.toggle("cm-pinned", pinned);
        CM.tip.node.classList.toggle("cm-record", Boolean(layer.record));
        layer.lines.forEach((line, i) => CM.tip.node.append(element(i ? "div" : "strong", "cm-line", line)));
        L.DomEvent.disableClickPropagation(CM.tip.node);
        L.DomEvent.disableScrollPropagation(CM.tip.node);
        CM.container.append(CM.tip.node);
        CM.tipLayer = layer;
      }
      CM.placeTip(CM.map.latLngToContainerPoint(latlng));
    },

    placeTip(point) {
      const { node } = CM.tip;
      const { offsetWidth: w, offsetHeight: h } = node;
      const size = CM.map.getSize();
      const frame = { x: MARGIN, y: MARGIN, w: size.x - 2 * MARGIN, h: size.y - 2 * MARGIN - CM.covered() };
      const { x, y } = Room.beside(point, { w, h }, frame, CM.occupied(".cm-layers, .cm-dates"));
      node.style.left = `${x}px`;
      node.style.top = `${y}px`;
    },

    closeTip() {
      CM.tip?.node.remove();
      CM.tip = CM.tipLayer = null;
    },

    /** What the pointer has left says no more, unless it was pinned. */
    leaveTip() {
      if (!CM.tip?.pinned) CM.closeTip();
    },

    /** Rectangles of controls, in pixels of the map's frame. */
    occupied(selector) {
      const { left, top } = CM.container.getBoundingClientRect();
      return [...CM.container.querySelectorAll(selector)]
        .map((node) => node.getBoundingClientRect())
        .filter(({ width }) => width)
        .map(({ x, y, width, height }) => ({ x: x - left, y: y - top, w: width, h: height }));
    },

    /** How much of the map's foot the player lies over, in pixels. */
    covered() {
      const player = CM.time?.root.getBoundingClientRect();
      return player ? Math.max(0, CM.container.getBoundingClientRect().bottom - player.top) : 0;
    },

    // --- controls

    control(position, node) {
      const Control = L.Control.extend({ onAdd: () => node });
      L.DomEvent.disableClickPropagation(node);
      L.DomEvent.disableScrollPropagation(node);
      return new Control({ position }).addTo(CM.map);
    },

    addControls() {
      const { config, words, map } = CM;
      const titles = { zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out };
      L.control.zoom({ position: "topright", ...titles }).addTo(map);

      const credit = element("div", "cm-credit");
      config.credit.forEach(([text, href]) => {
        const link = element("a", "", text);
        Object.assign(link, { href, target: "_blank", rel: "noopener noreferrer" });
        credit.append(link);
      });
      CM.tileCredit = credit.appendChild(element("span"));
      CM.control("bottomright", credit);
      new ResizeObserver(() => {
        CM.container.style.setProperty("--credit", `${credit.offsetHeight}px`);
      }).observe(credit);
      // The oblasts run from south-west to north-east: the panel takes the corner they leave free.
      CM.panel = element("details", "cm-layers");
      CM.panel.append(element("summary", "", words.layers));
      CM.control("topleft", CM.panel);
      L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(map);
      const list = CM.panel.appendChild(element("ul"));
      config.layers.forEach((spec) => {
        const group = CM.groups[spec.id];
        const label = list.appendChild(element("li")).appendChild(element("label"));
        group.box = label.appendChild(element("input"));
        group.box.type = "checkbox";
        group.box.dataset.layer = spec.id;
        group.box.addEventListener("change", () => CM.show(spec.id, group.box.checked));
        group.swatch = label.appendChild(element("canvas"));
        group.note = element("small");
        label.append(element("span", "", spec.name), group.note);
        if (spec.kind === "time") CM.time?.addLegend();
      });

      CM.panel.append(element("p", "", words.beyond));

      CM.message = element("div", "cm-message");
      CM.message.setAttribute("role", "status");
      CM.text = element("ul", "cm-text");
      CM.container.append(CM.message, CM.text);
      CM.syncControls();
    },

    syncControls() {
      const credits = [];
      Object.values(CM.groups).forEach(({ spec, on, box }) => {
        if (box) box.checked = on;
        if (on && spec.tiles_credit) credits.push(spec.tiles_credit);
      });
      CM.tileCredit.textContent = credits.join(" · ");
    },

    /** Tell the dashboard around the map of what the reader wants, in Streamlit's own protocol. */
    tell(value) {
      const told = { ...value, asked: Date.now() }; // what was told before is told again
      const type = "streamlit:setComponentValue";
      parent.postMessage({ isStreamlitMessage: true, type, value: told, dataType: "json" }, "*");
    },

    say(text) {
      CM.message.textContent = text;
      CM.message.classList.add("cm-said");
      clearTimeout(CM.silence);
      CM.silence = setTimeout(() => CM.message.classList.remove("cm-said"), 5000);
    },

    /** The page keeps its scrolling: the wheel zooms after a click, a finger drags with a second. */
    tameGestures() {
      const { map, container } = CM;
      const wheel = (on) => map.scrollWheelZoom[on ? "enable" : "disable"]();
      container.addEventListener("keydown", ({ key }) => key === "Escape" && CM.closeTip());
      const pointed = (was) => () => container.classList.toggle("cm-pointed", was);
      addEventListener("keydown", pointed(false), { capture: true });
      container.addEventListener("pointerdown", pointed(true), { capture: true });
      container.addEventListener("pointerdown", () => wheel(true));
      container.addEventListener("pointerleave", () => {
        wheel(false);
        CM.leaveTip();
      });
      container.addEventListener("wheel", (event) => {
        if (event.ctrlKey || event.metaKey) wheel(true);
        else if (!map.scrollWheelZoom.enabled()) CM.say(CM.words.wheel);
      }, { capture: true, passive: true });
      if (matchMedia("(pointer: coarse)").matches) {
        map.dragging.disable();
        container.addEventListener("touchmove", (event) => {
          if (event.touches.length === 1) CM.say(CM.words.touch);
        }, { passive: true });
      }
    },

    // --- view and theme

    /** First view, and after each change of size: the ground, unless the reader chose a view. */
    fit() {
      const { map, view } = CM;
      CM.fitting = true;
      map.invalidateSize({ animate: false });
      const { x, y } = map.getSize();
      if (x > 50 && y > 50) {
        const narrow = x < NARROW;
        if (narrow !== CM.narrow) CM.panel.open = !narrow;
        CM.narrow = narrow;
        if (!CM.moved) CM.showGround();
        else if (!CM.fitted) map.setView([view.lat, view.lng], view.zoom, { animate: false });
        CM.fitted = true;
      }
      CM.fitting = false;
    },

    /** All of the ground as large as the controls leave room for, those of the player at play too. */
    showGround() {
      const { map, config: { ground } } = CM;
      const size = map.getSize();
      const grows = CM.time?.grows() ?? 0;
      const lift = grows - CM.covered();
      const feet = CM.occupied(".leaflet-bottom .leaflet-control").map((box) => ({ ...box, y: box.y - lift }));
      const frame = { x: MARGIN, y: MARGIN, w: size.x - 2 * MARGIN, h: size.y - 2 * MARGIN - grows };
      const bounds = L.latLngBounds(ground.flat());
      const most = map.getBoundsZoom(bounds, false, L.point(2 * MARGIN, 2 * MARGIN + grows));
      const found = Room.view(
        (zoom) => ground.map((ring) => ring.map((corner) => map.project(corner, zoom))),
        most, frame, [...CM.occupied(".leaflet-top .leaflet-control"), ...feet],
      );
      if (!found) {
        map.fitBounds(bounds, { animate: false });
        return;
      }
      const { zoom, shift } = found;
      map.setView(map.unproject(size.divideBy(2).subtract(shift), zoom), zoom, { animate: false });
    },

    /** Keep view and layers for the session, so that another page and back loses neither. */
    remember() {
      const view = { layers: { ...store.read().layers } };
      CM.config.layers.forEach(({ id }) => { view.layers[id] = CM.groups[id].on; });
      if (CM.moved) Object.assign(view, CM.map.getCenter(), { zoom: CM.map.getZoom() });
      store.write(view);
    },

    page() {
      return CM.config.page[CM.theme];
    },

    retheme() {
      const theme = themeNow();
      if (theme === CM.theme) return;
      CM.theme = theme;
      CM.paintTheme();
    },

    paintTheme() {
      CM.container.dataset.theme = CM.theme;
      document.body.style.colorScheme = CM.theme;
      Object.entries(CM.page()).forEach(([name, colour]) => {
        document.body.style.setProperty(`--cm-${name}`, colour);
      });
      Object.values(CM.groups).forEach(({ spec, features, swatch }) => {
        const style = CM.style(spec);
        features.forEach((layer) => layer.setStyle(style));
        const bands = spec.kind === "time" ? CM.time?.colours() : undefined;
        if (swatch) Paint.swatch(swatch, spec.kind, style, CM.style(CM.groups.land.spec), bands);
      });
      CM.relabel();
      CM.time?.restyle();
    },

    // --- for tests

    /** RGBA that one canvas ("faces", "base" or "labels") shows at a place. */
    pixel(lat, lon, name = "faces") {
      const { _bounds, _container } = CM.canvases[name];
      const scale = _container.width / parseFloat(_container.style.width);
      const { x, y } = CM.map.latLngToLayerPoint([lat, lon]).subtract(_bounds.min).multiplyBy(scale);
      // By way of a canvas of one pixel: reading the map's own would slow it down.
      const ctx = element("canvas").getContext("2d", { willReadFrequently: true });
      ctx.drawImage(_container, Math.round(x), Math.round(y), 1, 1, 0, 0, 1, 1);
      return [...ctx.getImageData(0, 0, 1, 1).data];
    },

    state() {
      const { inits, updates, rev, painted, theme, labels, map, groups, message } = CM;
      const { lat, lng } = map.getCenter();
      const layers = {};
      Object.entries(groups).forEach(([id, { on, features, leaflet }]) => {
        layers[id] = { on, n: features.length, drawn: leaflet.getLayers?.().length ?? 0 };
      });
      return {
        inits, updates, rev, painted, theme, labels, layers,
        zoom: map.getZoom(),
        centre: { lat, lng },
        message: message.classList.contains("cm-said") ? message.textContent : "",
      };
    },
  };

  window.ControlMap = CM;
})();
