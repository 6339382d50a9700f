// The types of preact.js.
import { h, type VNode } from "preact";

export const html: (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
export { Fragment, h, render } from "preact";
export type { ComponentChildren, VNode } from "preact";
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
