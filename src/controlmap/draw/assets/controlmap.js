"use strict";

/**
 * What the map's page fetches before Leaflet is there. st_folium runs ControlMap.init() once and
 * ControlMap.update() at each change of date; the background comes from a file.
 */
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const source = new URL(script.src);
  /** @param {string} name */
  const address = (name) => source.searchParams.get(name) ?? "";

  /** Put a link into <body>: st_folium rewrites <head>, which would fetch it twice. @param {Partial<HTMLLinkElement>} properties */
  function linked(properties) {
    return new Promise((done) => {
      const link = Object.assign(document.createElement("link"), properties);
      link.onload = link.onerror = done;
      // In a map that is a page of its own this runs before there is a body.
      (document.body ?? document.head).append(link);
    });
  }

  /** @param {string} href */
  const stylesheet = (href) => linked({ rel: "stylesheet", href });

  /** Load the font of the page around the frame; without it, the system's is used. @param {string} url */
  async function font(url) {
    if (!url) return;
    const face = new FontFace("Source Sans", `url("${new URL(url, location.href)}")`, { weight: "200 900" });
    document.fonts.add(face);
    await face.load().catch((error) => console.error("controlmap: no font:", error.message));
  }

  /** @param {string} url @returns {Promise<Background>} */
  async function load(url) {
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${response.status} for ${url}`);
      return { layers: await response.json() };
    } catch (error) {
      return { error: /** @type {Error} */ (error) };
    }
  }

  for (const name of address("scripts").split(" ").filter(Boolean)) {
    linked({ rel: "preload", as: "script", href: new URL(name, source).href });
  }
  const styled = Promise.all([
    stylesheet(address("css")),
    stylesheet(address("style") || new URL("controlmap.css", source).href),
    font(address("font")),
  ]);
  const background = load(address("background"));

  let inits = 0;
  /** @param {L.Map} map @param {MapConfig} config */
  function init(map, config) {
    inits += 1;
    const view = new MapView(map, config, inits);
    Object.assign(window, { ControlMap: Object.assign(view, { init }) });
    view.open(background, styled);
  }
  Object.assign(window, { ControlMap: { init } });
})();
