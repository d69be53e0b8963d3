"use strict";

/** What the scripts of the map need of a page: elements whose text is text. */
const Page = {
  /**
   * Return a new element.
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {string} [className]
   * @param {string} [text]
   * @returns {HTMLElementTagNameMap[Tag]}
   */
  element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  },

  /** Return the context of a canvas. @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
  context(canvas, settings) {
    return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
  },

  /** Return a new element of a picture. @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
  svg(tag, attributes, text) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, String(value)));
    if (text !== undefined) node.textContent = text;
    return node;
  },
};
