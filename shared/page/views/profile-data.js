// A copy of all that the service holds of one.
import { html, useState } from "../vendor/preact.js";
import { Action, Notice } from "../lib/parts.js";
import { ask } from "../lib/session.js";
import { t } from "../lib/texts.js";

/** So long has the browser to read the file, in milliseconds: Safari begins late. */
const READING = 60000;

/** @param {Record<string, unknown>} copy */
function saveFile(copy) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(copy, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "event-messenger.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READING);
}

export function DataCopy() {
  const [done, setDone] = useState(false);
  const copy = async () => {
    setDone(false);
    /** @type {any} */
    let whole = null;
    for (let cursor = ""; cursor !== null; ) {
      const { body } = await ask("GET", `user/export${cursor && `?cursor=${encodeURIComponent(cursor)}`}`);
      const { cursor: next, ...page } = body.export;
      if (whole) whole.events.push(...page.events);
      else whole = page;
      cursor = next;
    }
    saveFile(whole);
    setDone(true);
  };
  return html`<p>${t("profile.dataWhat")}</p>
    <div class="row"><${Action} kind="first" act=${copy}>${t("profile.dataYes")}<//></div>
    ${done && html`<${Notice} kind="good">${t("profile.dataDone")}<//>`}`;
}
