// What the shell, the HTML around this script, says.

const shell = /** @type {HTMLElement} */ (document.querySelector("[data-view]"));
const script = /** @type {HTMLScriptElement} */ (document.querySelector("script[type=module]"));

/** The root of the API, which ends in a slash. The script lies in a folder of it, wherever the page itself lies. */
export const base = new URL("..", script.src).href;

/** The page that was asked for: "home", or that of a link in a mail. */
export const view = shell.dataset.view;

/** Whether the API shows the pages of such links alone. */
export const isOff = "off" in shell.dataset;

/** What the service found out about the link. @type {Record<string, string>} */
export const facts = JSON.parse(shell.dataset.facts || "{}");

/** The languages, each with the address of its texts. @type {Record<string, string>} */
export const texts = JSON.parse(shell.dataset.texts || "{}");
