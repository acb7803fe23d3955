"use strict";

// Every page works without this file; it only makes some of them nicer.

document.addEventListener("DOMContentLoaded", () => {
  const summary = document.querySelector(".error-summary");
  if (summary) {
    summary.focus();
  }
});

// A link of the error summary leads into the field, not only near it.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) {
    return;
  }
  const field = document.getElementById(link.hash.slice(1));
  if (field) {
    event.preventDefault();
    const label = field.closest("fieldset, .mb-3") || field;
    label.scrollIntoView();
    field.focus({ preventScroll: true });
  }
});

// A second click while the first is on its way asks for nothing new. The server copes without this.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (!event.defaultPrevented && form.method === "post" && !form.target) {
    form.dataset.sent = "yes";
    window.setTimeout(() => delete form.dataset.sent, 5000);
  }
});

// "Back" in the browser shows the page as it was left, with its forms still marked as sent.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
