"use strict";

/** @typedef {{[part: string]: string}} Colours of the page, as palette.PALETTE["page"] */
/** @typedef {{radius: number, zoom: number, size: number, weight: number}} Rank */
/** Leaflet's options of a path, and a hatch over its fill. @typedef {L.PathOptions & {hatch?: string, hatchColor?: string, hatchOpacity?: number}} PaintStyle */
/** Leaflet's canvas with what it keeps to itself. @typedef {L.Canvas & {_ctx: CanvasRenderingContext2D, _container: HTMLCanvasElement, _bounds: L.Bounds, _updatePaths(): void}} PaintCanvas */

/** How the map draws: fills, hatches, strokes, place names, swatches. Knows nothing of layers or dates. */
const Paint = (() => {
  const LABEL_LENGTH = 40;
  const QUIET_LINE = 15; // px, of the names of what lies round
  const HATCH = 8; // px between two lines of a hatch

  /** @type {Rank[]} places by rank, as maps.PLACE_RANKS: size, and the zoom from which dot and name show */
  const RANKS = [
    { radius: 4.5, zoom: 0, size: 14, weight: 600 },
    { radius: 3.5, zoom: 0, size: 12.5, weight: 500 },
    { radius: 3, zoom: 8, size: 12, weight: 400 },
    { radius: 2.5, zoom: 9, size: 11.5, weight: 400 },
    { radius: 2, zoom: 10, size: 11, weight: 400 },
  ];

  /** @type {Record<string, [number, number, number, number][]>} */
  const DIAGONALS = { "/": [[0, 1, 1, 0]], "\\": [[0, 0, 1, 1]], x: [[0, 1, 1, 0], [0, 0, 1, 1]] };

  const density = () => (L.Browser.retina ? 2 : 1);

  /** Return a seamless tile of a hatch; a diagonal is repeated one tile away so that corners join. @param {string} kind @param {string} colour */
  function hatchTile(kind, colour) {
    const size = HATCH * density();
    const tile = document.createElement("canvas");
    tile.width = tile.height = size;
    const ctx = Page.context(tile);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.3 * density();
    /** @type {(x0: number, y0: number, x1: number, y1: number) => void} */
    const line = (x0, y0, x1, y1) => {
      ctx.moveTo(x0 * size, y0 * size);
      ctx.lineTo(x1 * size, y1 * size);
    };
    (DIAGONALS[kind] ?? []).forEach(([x0, y0, x1, y1]) => {
      [-1, 0, 1].forEach((shift) => line(2 * x0 - x1 + shift, 2 * y0 - y1, 2 * x1 - x0 + shift, 2 * y1 - y0));
    });
    if (kind === "+") {
      line(0.5, 0, 0.5, 1);
      line(0, 0.5, 1, 0.5);
    }
    ctx.stroke();
    return tile;
  }

  /** @type {Map<string, CanvasPattern>} */
  const patterns = new Map();

  /** Return the pattern of a hatch. @param {CanvasRenderingContext2D} ctx @param {string} kind @param {string} colour */
  function hatchPattern(ctx, kind, colour) {
    const key = `${kind}${colour}${density()}`;
    const known = patterns.get(key);
    if (known) return known;
    const pattern = /** @type {CanvasPattern} */ (ctx.createPattern(hatchTile(kind, colour), "repeat"));
    pattern.setTransform(new DOMMatrix().scale(1 / density()));
    patterns.set(key, pattern);
    return pattern;
  }

  /**
   * Fill, hatch and stroke the current path; the map and the swatches both draw with it.
   * @param {CanvasRenderingContext2D} ctx
   * @param {PaintStyle} style
   * @param {number} thin what line widths are multiplied by
   */
  function paint(ctx, style, thin = 1) {
    if (style.fill) {
      ctx.globalAlpha = style.fillOpacity ?? 1;
      ctx.fillStyle = style.fillColor ?? style.color ?? "";
      ctx.fill("evenodd");
    }
    if (style.fill && style.hatch) {
      ctx.globalAlpha = style.hatchOpacity ?? 1;
      ctx.fillStyle = hatchPattern(ctx, style.hatch, style.hatchColor ?? "");
      ctx.fill("evenodd");
    }
    if (style.weight) {
      ctx.globalAlpha = style.opacity ?? 1;
      ctx.lineWidth = style.weight * thin;
      ctx.strokeStyle = style.color ?? "";
      ctx.lineJoin = "round";
      ctx.lineCap = style.dashArray ? "butt" : "round";
      ctx.setLineDash(style.dashArray ? String(style.dashArray).split(/[ ,]+/).map((n) => Number(n) * thin) : []);
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }

  /**
   * Return a canvas for the layers of one height. Seen from afar, strokes are thinner.
   * @param {L.Map} map
   * @param {string} pane
   * @param {number} zIndex
   * @param {L.RendererOptions & {interactive?: boolean}} options
   * @param {{_draw?: () => void}} [overrides] of Leaflet's methods
   * @returns {PaintCanvas}
   */
  function canvas(map, pane, zIndex, options, overrides) {
    const node = map.createPane(pane);
    node.style.zIndex = String(zIndex);
    if (!options.interactive) node.style.pointerEvents = "none";
    const thin = () => Math.min(1, Math.max(0.5, (map.getZoom() - 4) / 5));
    const Painter = /** @type {new (options: L.RendererOptions) => PaintCanvas} */ (/** @type {unknown} */ (L.Canvas.extend({
      /** @type {(ctx: CanvasRenderingContext2D, layer: L.Path) => void} */
      _fillStroke: (ctx, layer) => paint(ctx, layer.options, thin()),
      ...overrides,
    })));
    return new Painter({ pane, padding: 0.2, ...options }).addTo(map);
  }

  /** Return the text of a name as it is written. @param {string} name */
  const named = (name) => (name.length > LABEL_LENGTH ? `${name.slice(0, LABEL_LENGTH - 1)}…` : name);
  /** @param {Rank} rank @param {string} family */
  const written = ({ weight, size }, family) => `${weight} ${size}px ${family}`;
  /** @param {number} line @param {string} family */
  const quiet = (line, family) => `italic ${line ? 11 : 13}px ${family}`;

  /** Return how wide and high a place's name is. @param {CanvasRenderingContext2D} ctx @param {string} name @param {Rank} rank @param {string} family @returns {Size} */
  function measure(ctx, name, rank, family) {
    ctx.font = written(rank, family);
    return { w: ctx.measureText(named(name)).width, h: rank.size + 3 };
  }

  /** Return the same for a name of what lies around, which may have a line below it. @param {CanvasRenderingContext2D} ctx @param {string[]} lines @param {string} family @returns {Size} */
  function measureQuiet(ctx, lines, family) {
    const widths = lines.map((text, line) => {
      ctx.font = quiet(line, family);
      return ctx.measureText(text).width;
    });
    return { w: Math.max(...widths), h: QUIET_LINE * lines.length };
  }

  /** @type {(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string, page: Colours) => void} */
  function halo(ctx, text, x, y, colour, page) {
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.globalAlpha = 0.85;
    ctx.strokeStyle = page.halo;
    ctx.lineWidth = 3.2;
    ctx.strokeText(text, x, y);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  }

  /** Write a place's name into its box; return what was written. @type {(ctx: CanvasRenderingContext2D, name: string, rank: Rank, box: Box, page: Colours, family: string) => string} */
  function label(ctx, name, rank, { x, y, h }, page, family) {
    ctx.textAlign = "left";
    ctx.font = written(rank, family);
    halo(ctx, named(name), x, y + h / 2, page.ink, page);
    return named(name);
  }

  /** Write a name of what lies around; return its first line. @type {(ctx: CanvasRenderingContext2D, lines: string[], box: Box, colour: string, page: Colours, family: string) => string} */
  function labelQuiet(ctx, lines, { x, y, w }, colour, page, family) {
    ctx.textAlign = "center";
    lines.forEach((text, line) => {
      ctx.font = quiet(line, family);
      halo(ctx, text, x + w / 2, y + QUIET_LINE * (line + 0.5), colour, page);
    });
    return lines[0];
  }

  /**
   * Paint a swatch for the list of layers: the layer as the map draws it, on land.
   * @param {HTMLCanvasElement} node
   * @param {string} kind
   * @param {PaintStyle} style
   * @param {PaintStyle} land
   * @param {string[]} bands the colours of a layer that has many
   */
  function swatch(node, kind, style, land, bands = []) {
    const [w, h] = [26, 16];
    [node.width, node.height] = [w * density(), h * density()];
    const ctx = Page.context(node);
    ctx.scale(density(), density());
    ctx.rect(0, 0, w, h);
    paint(ctx, { ...land, weight: 0 });
    bands.forEach((colour, i) => {
      ctx.fillStyle = colour;
      ctx.fillRect((i * w) / bands.length, 0, w / bands.length, h);
    });
    if (kind === "tiles" || bands.length) return;
    const inset = (style.weight ?? 0) / 2;
    ctx.beginPath();
    if (kind === "area") ctx.rect(inset, inset, w - 2 * inset, h - 2 * inset);
    if (kind === "place") ctx.arc(w / 2, h / 2, RANKS[0].radius, 0, 2 * Math.PI);
    if (kind === "line") {
      ctx.moveTo(0, h / 2);
      ctx.lineTo(w, h / 2);
    }
    paint(ctx, style);
  }

  /** Return the RGBA that a canvas shows at a place, for tests. @param {L.Map} map @param {PaintCanvas} canvas @param {L.LatLngTuple} place */
  function pixel(map, { _bounds, _container }, place) {
    const scale = _container.width / parseFloat(_container.style.width);
    const corner = /** @type {L.Point} */ (_bounds.min);
    const { x, y } = map.latLngToLayerPoint(place).subtract(corner).multiplyBy(scale);
    // By way of a canvas of one pixel: reading the map's own would slow it down.
    const ctx = Page.context(Page.element("canvas"), { willReadFrequently: true });
    ctx.drawImage(_container, Math.round(x), Math.round(y), 1, 1, 0, 0, 1, 1);
    return [...ctx.getImageData(0, 0, 1, 1).data];
  }

  return { RANKS, canvas, hatchPattern, measure, measureQuiet, label, labelQuiet, swatch, pixel };
})();
