import { box } from "./box.js";

/** Whether the browser says that it is online. */
export const isOnline = box(navigator.onLine);
addEventListener("online", () => isOnline.set(true));
addEventListener("offline", () => isOnline.set(false));
