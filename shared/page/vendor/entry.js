// What the page takes of preact and htm, from which tests/web/vendor makes preact.js.
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
export { Fragment, h, render } from "preact";
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
