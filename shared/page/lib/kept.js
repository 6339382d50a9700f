// What the browser keeps. It may refuse to, in private windows for example: then things last as long as the page.

/** @type {Map<string, string>} */
const instead = new Map();

/** @param {boolean} forTab */
function storage(forTab) {
  return forTab ? sessionStorage : localStorage;
}

/**
 * @param {string} key
 * @param {boolean} [forTab] whether the tab alone keeps it
 * @returns {string | null}
 */
export function recall(key, forTab = false) {
  try {
    return storage(forTab).getItem(key);
  } catch {
    return instead.get(key) ?? null;
  }
}

/**
 * @param {string} key
 * @param {string | null} value nothing is kept for null
 * @param {boolean} [forTab] whether the tab alone keeps it
 */
export function keep(key, value, forTab = false) {
  try {
    if (value === null) storage(forTab).removeItem(key);
    else storage(forTab).setItem(key, value);
  } catch {
    if (value === null) instead.delete(key);
    else instead.set(key, value);
  }
}

/** Forgets all that the browser and the tab keep under keys that begin so. @param {string} start */
export function forgetAll(start) {
  try {
    for (const kept of [localStorage, sessionStorage]) for (const key of Object.keys(kept)) if (key.startsWith(start)) kept.removeItem(key);
  } catch {
    for (const key of instead.keys()) if (key.startsWith(start)) instead.delete(key);
  }
}
