// Each pair of colours that the page puts on each other, in the light and in the dark, by WCAG 2.2 (1.4.3 and 1.4.11).
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const css = await readFile(new URL("../../../shared/page/style/00-base.css", import.meta.url), "utf8");
const [light, dark] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => Object.fromEntries([.../** @type {string} */ (block).matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value])));

/** The relative luminance of a colour. @param {string} colour `#rrggbb` */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * Number(red) + 0.7152 * Number(green) + 0.0722 * Number(blue);
}

/** @param {string} one @param {string} other */
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (Number(high) + 0.05) / (Number(low) + 0.05);
}

const TEXT = ["text", "muted", "accent", "good", "maybe", "bad"];
const PAIRS = [
  ...["background", "surface", "soft"].flatMap((ground) => TEXT.map((text) => [text, ground, 4.5])),
  ["on-accent", "accent", 4.5],
  ...["good", "maybe", "bad"].map((ground) => ["surface", ground, 4.5]),
  ["background", "text", 4.5],
  ...["background", "surface"].map((ground) => ["edge", ground, 3]),
];

for (const [scheme, colours] of Object.entries({ light, dark })) {
  test(`colours can be told apart in the ${scheme}`, () => {
    const poor = PAIRS.map(([one, other, least]) => ({ pair: `${one} on ${other}`, is: contrast(String(colours?.[String(one)]), String(colours?.[String(other)])), least })).filter(({ is, least }) => !(is >= Number(least)));
    assert.deepEqual(poor, []);
  });
}
