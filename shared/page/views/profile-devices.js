// Where one is logged in.
import { html } from "../vendor/preact.js";
import { useLoaded } from "../lib/load.js";
import { Action, Failure, Waiting } from "../lib/parts.js";
import { ask, end } from "../lib/session.js";
import { t } from "../lib/texts.js";
import { moment } from "../lib/when.js";

/** @import { Session } from "../lib/types.js" */

/** The first that fits is it: most programs claim to be others too. */
const BROWSERS = /** @type {const} */ ([["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Safari", "Safari"]]);
const SYSTEMS = /** @type {const} */ ([["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Macintosh", "Mac"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]]);

/** A program as a person would call it; what it says itself, if it is none that is known. @param {string} agent */
function deviceOf(agent) {
  const [browser, system] = [BROWSERS, SYSTEMS].map((names) => names.find(([sign]) => agent.includes(sign))?.[1]);
  return browser && system ? t("profile.device", { browser, system }) : agent || t("profile.unknown");
}

export function Devices() {
  const { data, error, reload, set } = useLoaded("sessions", async (signal) => /** @type {Session[]} */ ((await ask("GET", "token", { signal })).body.sessions));
  if (!data) return error == null ? html`<${Waiting} />` : html`<${Failure} error=${error} again=${reload} />`;
  const endOne = async (/** @type {string} */ id) => {
    await ask("DELETE", `token/${id}`);
    set(data.filter((session) => session.id !== id));
  };
  const endAll = async () => {
    await ask("POST", "token/revoke", { body: { all: true } });
    end();
  };
  return html`
    <ul class="card list">
      ${data.map(({ id, agent, address, created_at, last_used_at, current }) => html`<li key=${id} class="row between">
        <div>
          <p class="strong">${deviceOf(agent)}${current && html` <span class="quiet">${t("profile.thisOne")}</span>`}</p>
          <p class="small quiet">${address} · ${t("profile.lastUsed")} ${moment(last_used_at)}</p>
          <p class="small quiet">${t("profile.since")} ${moment(created_at)}</p>
        </div>
        ${!current && html`<${Action} act=${() => endOne(id)} aria-label=${`${t("profile.endOne")}: ${deviceOf(agent)}`}>${t("profile.endOne")}<//>`}
      </li>`)}
    </ul>
    <div class="stack"><p>${t("profile.endAllWhat")}</p><div class="row"><${Action} kind="danger" act=${endAll}>${t("profile.endAll")}<//></div></div>`;
}
