// The kiosk with script: scanner as a keyboard, instant number pad, clock, return to the start page.
// Without it every screen still works by links and form posts.

const scan = document.querySelector("form[data-scan]");
const pad = document.querySelector("form[data-pad]");
const field = pad?.querySelector("input[name=code]");

// Digits are grouped 3-3-4 as they are printed on the ticket.
const group = (digits) =>
  [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 10)].filter(Boolean).join(" ");

function setCode(digits) {
  field.value = group(digits.slice(0, 10));
}

pad?.addEventListener("click", (event) => {
  const press = event.target.closest("button[name=press]")?.value;
  if (!press) return;
  event.preventDefault();
  const digits = field.value.replace(/\D/g, "");
  if (press === "clear") setCode("");
  else if (press === "back") setCode(digits.slice(0, -1));
  else setCode(digits + press);
});

// A scanner types the whole code within a few milliseconds per character and ends with Enter. People do not.
const scanGap = 60;
let typed = "";
let last = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inText = event.target.closest("input[type=search], input[type=password], input[name=device]");
  const now = performance.now();
  if (event.key === "Enter") {
    const quick = now - last < scanGap * 3;
    const text = typed;
    typed = "";
    if (scan && quick && text.length > 30) {
      event.preventDefault();
      scan.elements.ticket.value = text;
      scan.requestSubmit();
    } else if (!inText && field && field.value.replace(/\D/g, "").length === 10) {
      event.preventDefault();
      pad.querySelector("[data-submit]").click();
    }
    return;
  }
  if (event.key.length !== 1) {
    if (event.key === "Backspace" && field && !inText && document.activeElement !== field) {
      setCode(field.value.replace(/\D/g, "").slice(0, -1));
    }
    return;
  }
  typed = now - last < scanGap ? typed + event.key : event.key;
  last = now;
  if (inText) return;
  if (field) {
    // The number pad takes every digit, wherever the focus is; the rest of a scan stays out of the field.
    event.preventDefault();
    if (/\d/.test(event.key) && typed.length <= 10) setCode(field.value.replace(/\D/g, "") + event.key);
    if (typed.length === 11) setCode("");
  }
});

const clock = document.querySelector("[data-clock]");
if (clock) {
  const two = (number) => String(number).padStart(2, "0");
  setInterval(() => {
    const province = new Date(Date.now() + 8 * 3600 * 1000);
    clock.textContent = `${two(province.getUTCHours())}:${two(province.getUTCMinutes())}`;
  }, 5000);
}

// The next person must not see the previous one's number: back to the start, and nothing to go back to.
const back = document.querySelector("[data-return]");
const idle = document.querySelector("meta[name=yimen-idle]");
if (idle) {
  const [seconds, target] = idle.content.split(";url=");
  let timer;
  const leave = () => location.replace(target);
  let left = Number(seconds);
  const restart = () => {
    left = Number(seconds);
    clearTimeout(timer);
    timer = setTimeout(leave, left * 1000);
  };
  restart();
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, () => !back && restart());
  }
  if (back) {
    const text = back.textContent;
    setInterval(() => {
      left = Math.max(0, left - 1);
      back.textContent = text.replace(/\d+/, String(left));
    }, 1000);
  }
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
