"use strict";

// Makes the pages of sections nicer; every one of them works without.

const form = document.querySelector("[data-section-form]");

// What belongs to a box that is not ticked is folded away, unless something stands in it that would go unseen.
function folds(part, box, keptOpenBy) {
  const show = () => {
    part.hidden = !box.checked && !part.querySelector(".is-invalid") && !keptOpenBy(part);
  };
  box.addEventListener("change", show);
  show();
}

for (const part of document.querySelectorAll("[data-folds-with]")) {
  const box = document.querySelector(`input[name="modes"][value="${part.dataset.foldsWith}"]`);
  if (box) {
    const named = "input[name$='-member_states'], input[name$='-igo_named']";
    folds(part, box, () => [...part.querySelectorAll(named)].some((field) => field.value));
  }
}

for (const part of document.querySelectorAll("[data-folds-under]")) {
  folds(part, document.getElementById(part.dataset.foldsUnder), () => part.querySelector("textarea").value);
}

// A link into something folded, or into a closed group, opens it.
function openFor(hash) {
  const target = hash.length > 1 && document.getElementById(hash.slice(1));
  const part = target && target.closest("[hidden]");
  if (part) {
    part.hidden = false;
  }
}
openFor(window.location.hash);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link) {
    openFor(link.hash);
  }
}, true);

// The line above a closed group of objectives says which are ticked.
for (const details of document.querySelectorAll(".recommendation details")) {
  details.addEventListener("change", () => {
    const ticked = [...details.querySelectorAll("input:checked")].map((box) => box.value).join(", ");
    details.querySelector("[data-ticked]").textContent = ticked && `: ${ticked}`;
  });
}

// Leaving with something typed asks first.
if (form) {
  let isUnsaved = "unsaved" in form.dataset;
  form.addEventListener("input", () => { isUnsaved = true; });
  form.addEventListener("submit", () => { isUnsaved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved) {
      event.preventDefault();
    }
  });
}
