// Keys for the one who reads for hours: j and k move, Enter opens, r x u decide. Everything works without this file.
"use strict";
const typing = (target) => target.closest("input, textarea, select") !== null;
const stops = () => Array.from(document.querySelectorAll("[data-stop]"));
const move = (step) => {
  const all = stops();
  if (all.length === 0) return;
  const now = all.indexOf(document.activeElement);
  const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
};
const verdicts = { r: "relevant", x: "not_relevant", u: "unsure" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") {
    const box = document.querySelector("#q");
    if (box) { box.focus(); event.preventDefault(); }
  } else if (event.key in verdicts) {
    const button = document.querySelector(`button[name=verdict][value=${verdicts[event.key]}]`);
    if (button) button.click();
  }
});
const anchor = document.querySelector("li.anchor");
if (anchor && !location.hash) anchor.scrollIntoView({ block: "center" });
