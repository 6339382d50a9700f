import { useLayoutEffect, useReducer } from "../vendor/preact.js";

/**
 * A value that several parts of the page look at.
 * @template T
 * @param {T} value
 */
export function box(value) {
  /** @type {Set<() => void>} */
  const lookers = new Set();
  return {
    get value() {
      return value;
    },
    /** @param {T} next */
    set(next) {
      value = next;
      for (const look of [...lookers]) look();
    },
    /** @param {() => void} look */
    listen(look) {
      lookers.add(look);
      return () => {
        lookers.delete(look);
      };
    },
  };
}

/**
 * The value of a box. What uses it is drawn again when that changes.
 * @template T
 * @param {{value: T, listen: (look: () => void) => () => void}} box
 * @returns {T}
 */
export function useBox(box) {
  const [, again] = useReducer((/** @type {number} */ count, /** @type {void} */ _) => count + 1, 0);
  useLayoutEffect(() => box.listen(again), [box]);
  return box.value;
}
