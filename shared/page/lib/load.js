import { useCallback, useEffect, useState } from "../vendor/preact.js";
import { useBox } from "./box.js";
import { isOnline } from "./network.js";

/** What was loaded before, so that the back button shows it at once. @type {Map<string, unknown>} */
const before = new Map();

/** Forgets what was loaded, since somebody else looks now. */
export function forgetLoaded() {
  before.clear();
}

/** After so long is what the page shows read anew when the reader comes back to it, in milliseconds. */
const FRESH = 15000;

/**
 * Loads something, and loads it again when the reader comes back to the page or online. What `set` is given takes its place, or makes of it what does.
 * @template T
 * @param {string} key what it is
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @returns {{data: T | undefined, error: unknown, reload: () => void, set: (data: T | ((old: T) => T)) => void}}
 */
export function useLoaded(key, load) {
  const [state, setState] = useState(/** @type {{key: string, error: unknown, turn: number, at: number}} */ ({ key, error: null, turn: 0, at: 0 }));
  const online = useBox(isOnline);
  const turn = state.key === key ? state.turn : 0;
  const set = useCallback(
    (/** @type {T | ((old: T) => T)} */ data) => {
      before.set(key, typeof data === "function" ? /** @type {(old: unknown) => T} */ (data)(before.get(key)) : data);
      setState((old) => ({ ...old, key, error: null, at: Date.now() }));
    },
    [key],
  );
  const reload = useCallback(() => setState((old) => ({ key, error: null, turn: (old.key === key ? old.turn : 0) + 1, at: old.at })), [key]);
  useEffect(() => {
    const leaving = new AbortController();
    load(leaving.signal).then(
      (data) => leaving.signal.aborted || set(data),
      (error) => leaving.signal.aborted || setState((old) => ({ ...old, key, error, at: Date.now() })),
    );
    return () => leaving.abort();
  }, [key, turn, online]);
  useEffect(() => {
    const look = () => !document.hidden && Date.now() - state.at > FRESH && reload();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [state.at, reload]);
  return { data: /** @type {T | undefined} */ (before.get(key)), error: state.key === key ? state.error : null, reload, set };
}
