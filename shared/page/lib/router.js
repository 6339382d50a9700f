// Where one is: the fragment of the address, since the service knows the page under one address alone.
import { box } from "./box.js";
import { base } from "./shell.js";

/** @returns {string[]} */
function parts() {
  const path = location.hash.startsWith("#/") ? location.hash.slice(2) : "";
  return path.split("/").filter(Boolean).map(decode);
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The parts of the path, such as `["events", id]`. */
export const place = box(parts());

/** How often the place has changed, so that a heading knows whether it is to take the focus. */
export let moves = 0;

/** The address of a place, also from the page of a link. @param {string} path such as `/events` */
export function href(path) {
  return `${base}#${path}`;
}

/** Goes there. @param {string} path @param {boolean} [instead] whether the back button passes over where one was */
export function go(path, instead = false) {
  if (location.href.split("#")[0] !== base) location.assign(href(path));
  else if (instead) {
    history.replaceState(null, "", href(path));
    arrive();
  } else location.hash = path;
}

function arrive() {
  const next = parts();
  if (next.join("/") === place.value.join("/")) return;
  moves += 1;
  place.set(next);
}
addEventListener("hashchange", arrive);
