// Goes on to the asking system when every framed system has loaded its sign-out, or after three seconds; and
// asks for news of the systems that are told without this browser. Without scripts the links do both.

const next = document.querySelector("[data-continue]");
const again = document.querySelector("[data-again]");

if (next) {
  // The page has loaded when its frames have.
  const loaded = new Promise((done) => {
    if (document.readyState === "complete") done();
    else addEventListener("load", done, { once: true });
  });
  const patience = new Promise((done) => setTimeout(done, 3000));
  Promise.race([loaded, patience]).then(() => location.replace(next.href));
} else if (again) {
  setTimeout(() => location.replace(again.href), 1500);
}
