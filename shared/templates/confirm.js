"use strict";
const message = document.getElementById("message");
const button = document.getElementById("confirm");
// The token is of no use to anybody who later looks at the screen or the history; a reload finds it in the entry's state.
const url = location.search ? location.href : history.state;
history.replaceState(url, "", location.pathname);
if (button) button.hidden = !url;
if (!url) message.textContent = "Please open the link in the mail again.";
button?.addEventListener("click", async () => {
  button.disabled = true;
  message.textContent = "One moment …";
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "omit" });
    if (response.ok) {
      message.textContent = "Your e-mail address is confirmed. You can log in now.";
      button.hidden = true;
      return;
    }
    const body = await response.json();
    const incomplete = response.status === 400 && "This link is not complete. Please open the one in the mail again.";
    message.textContent = incomplete || body.message || "That did not work. Please try again.";
    button.hidden = response.status === 400 || response.status === 410;
  } catch {
    message.textContent = "The service cannot be reached. Please try again.";
  }
  button.disabled = false;
  button.focus();
});
