// The wall board: follows the hall's event stream, says each call aloud, and after a lost connection shows the
// truth again from a fresh snapshot. It shows numbers only, and says so when it cannot vouch for them.

const root = document.querySelector("[data-board]");
const data = root.dataset;
const soundButton = document.querySelector("[data-sound]");
const windows = new Map(
  [...document.querySelectorAll("[data-windows] li")].map((element) => [element.dataset.id, element.dataset]),
);
const voices = [...document.querySelectorAll("[data-voices] li")].map((element) => element.dataset);

// Sound ----------------------------------------------------------------------------------------------------------

let audio;
const queue = [];
let speaking = false;
// At a rush the wall must not fall minutes behind: the second language goes first, then the oldest calls.
const longQueue = 2;
const longestQueue = 6;

function chime() {
  if (!audio || audio.state !== "running") return Promise.resolve();
  const start = audio.currentTime + 0.05;
  [
    [659.25, 0],
    [523.25, 0.35],
  ].forEach(([pitch, delay]) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start + delay);
    volume.gain.exponentialRampToValueAtTime(0.4, start + delay + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + delay + 0.9);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + delay);
    tone.stop(start + delay + 1);
  });
  return new Promise((done) => setTimeout(done, 1200));
}

const voiceFor = (lang) => speechSynthesis.getVoices().find((one) => one.lang.startsWith(lang.slice(0, 2)));

function say(text, lang) {
  return new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.lang = lang;
    words.rate = 0.9;
    const voice = voiceFor(lang);
    if (voice) words.voice = voice;
    words.onend = words.onerror = done;
    setTimeout(done, 9000);
    speechSynthesis.speak(words);
  });
}

// Digit by digit: 幺 for one, as numbers are read aloud in Chinese halls.
function spoken(number, lang) {
  const isChinese = lang.startsWith("zh");
  const zh = "零幺二三四五六七八九";
  const parts = [...number].map((sign) => (isChinese && /\d/.test(sign) ? zh[Number(sign)] : sign));
  return parts.join(isChinese ? "" : " ");
}

// Every announcement is left on the page for tests and for hearing aids that read it: numbers and windows only.
function sentences(call) {
  return voices.map(({ lang, say }) => ({
    lang,
    text: say.replace("{number}", spoken(call.number, lang)).replace("{window}", call.windowNumber),
  }));
}

async function announce() {
  if (speaking) return;
  speaking = true;
  while (queue.length) {
    const [first, second] = sentences(queue.shift());
    data.said = [first, second].map((one) => one?.text ?? "").join(" | ");
    await chime();
    if ("speechSynthesis" in window) {
      await say(first.text, first.lang);
      // A machine without a voice for the second language stays silent in it.
      if (second && queue.length < longQueue && voiceFor(second.lang)) await say(second.text, second.lang);
    }
    await new Promise((done) => setTimeout(done, 400));
  }
  speaking = false;
}

function enableSound() {
  audio ??= new AudioContext();
  audio.resume().then(showSoundState, showSoundState);
}

function showSoundState() {
  soundButton.hidden = audio?.state === "running";
}

// Browsers keep quiet until somebody touches the page once; any touch or key will do.
for (const name of ["click", "keydown"]) document.addEventListener(name, enableSound);
soundButton.hidden = false;
try {
  // A kiosk-mode browser may allow sound without a touch; then the hint goes away by itself.
  audio = new AudioContext();
  audio.onstatechange = showSoundState;
  setTimeout(showSoundState, 300);
} catch {
  soundButton.hidden = true;
}

// What is on the wall ----------------------------------------------------------------------------------------------

const rows = 6;
let settle;
// Open calls, the latest first: what the server drew, then what the events say.
let calls = [...document.querySelectorAll(".now[data-number], .calls li[data-number]")].map((row) => ({
  number: row.dataset.number,
  window: row.dataset.window,
}));

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function draw(isFresh) {
  const [first, ...others] = calls;
  const now = element("section", first ? (isFresh ? "now fresh" : "now") : "now quiet");
  const place = first && windows.get(first.window);
  now.setAttribute("aria-live", "assertive");
  if (first) {
    now.dataset.number = first.number;
    now.dataset.window = first.window;
    now.append(
      element("p", "label", data.nowLabel),
      element("p", "number", first.number),
      element("p", "to", place?.to ?? ""),
      element("p", "zone", place?.zone ?? ""),
    );
  } else {
    now.append(element("p", "label", data.noneLabel), element("p", "to", data.noneText));
  }
  document.querySelector(".now").replaceWith(now);
  document.querySelector(".calls ol").replaceChildren(...others.slice(0, rows).map(drawRow));
  document.querySelector("[data-calls-none]").hidden = others.length > 0;
  clearTimeout(settle);
  if (isFresh) settle = setTimeout(() => now.classList.remove("fresh"), 10000);
}

function drawRow(call) {
  const row = element("li");
  row.dataset.number = call.number;
  row.dataset.window = call.window;
  const arrow = document.querySelector("[data-arrow]").content.cloneNode(true);
  row.append(
    element("span", "ticket-number", call.number),
    arrow,
    element("span", "to", windows.get(call.window)?.to ?? ""),
  );
  return row;
}

// A board that was away is told again what it may have heard already.
let told = [];

function isNews(call) {
  const name = `${call.number} ${call.at}`;
  if (call.late || told.includes(name)) return false;
  told = [...told.slice(-49), name];
  return true;
}

function showCall(call) {
  calls = [{ number: call.number, window: call.window }, ...calls.filter((one) => one.number !== call.number)];
  const isFresh = isNews(call);
  draw(isFresh);
  if (!isFresh) return;
  queue.push({ number: call.number, windowNumber: windows.get(call.window)?.number ?? "" });
  while (queue.length > longestQueue) queue.shift();
  announce();
}

function closeCall(call) {
  if (!calls.some((one) => one.number === call.number)) return;
  calls = calls.filter((one) => one.number !== call.number);
  draw(false);
}

function showSnapshot(state) {
  const before = calls[0]?.number;
  calls = state.calls
    .toSorted((one, other) => Date.parse(other.calledAt) - Date.parse(one.calledAt))
    .map(({ number, window }) => ({ number, window }));
  if (calls[0]?.number !== before || !document.querySelector(".now.fresh")) draw(false);
  state.queues.forEach(showCount);
}

function showCount(queue) {
  const row = document.querySelector(`[data-live-queues] li[data-queue="${CSS.escape(queue.queue)}"]`);
  if (row) row.querySelector(".count").textContent = data.countText.replace("{count}", queue.waiting);
}

// The stream -------------------------------------------------------------------------------------------------------

const lost = document.querySelector("[data-link-lost]");
const two = (number) => String(number).padStart(2, "0");
// The province's time, whatever the machine's zone is.
const province = (at) => new Date(at + 8 * 3600 * 1000);
const clockText = (at) => `${two(province(at).getUTCHours())}:${two(province(at).getUTCMinutes())}`;

// The server beats every fifteen seconds, so this long without a word is a dead line, even if nobody closed it.
const silence = 40000;
const shortestPause = 1000;
const longestPause = 30000;
let stream;
let heard = Date.now();
let tried = heard;
let attempts = 0;
let away;
let next;

function markStale() {
  lost.hidden = false;
  lost.querySelector("[data-lost-since]").textContent = data.lostSince.replace("{time}", clockText(heard));
  root.classList.add("stale");
}

function markCurrent() {
  heard = Date.now();
  attempts = 0;
  clearTimeout(away);
  away = undefined;
  lost.hidden = true;
  root.classList.remove("stale");
}

// Each try waits longer, and each board differently: a thousand boards must not come back in one moment.
function followLater() {
  stream?.close();
  const pause = Math.min(longestPause, shortestPause * 2 ** attempts) * (0.5 + Math.random());
  attempts += 1;
  clearTimeout(next);
  next = setTimeout(follow, pause);
}

function follow() {
  const address = new URL(data.events, location.href);
  address.searchParams.set("after", data.sequence);
  stream = new EventSource(address);
  stream.onopen = markCurrent;
  stream.onerror = () => {
    // A short cut is not worth a word on the wall; the browser comes back with Last-Event-ID by itself.
    away ??= setTimeout(markStale, 3000);
    if (stream.readyState === EventSource.CLOSED) followLater();
  };
  // The names are the hall's event stream's own; every event but the beat carries a sequence number as its id.
  const on = (name, handle) =>
    stream.addEventListener(name, (event) => {
      markCurrent();
      if (event.lastEventId) data.sequence = event.lastEventId;
      handle(JSON.parse(event.data));
    });
  on("beat", () => {});
  on("snapshot", showSnapshot);
  on("called", showCall);
  on("recalled", showCall);
  on("closed", closeCall);
  on("queue", showCount);
}

follow();

setInterval(() => {
  const now = Date.now();
  document.querySelector("[data-clock]").textContent = clockText(now);
  if (now - Math.max(heard, tried) > silence) {
    tried = now;
    markStale();
    followLater();
  }
  // A new day has a new date and perhaps new windows; asked for at slightly different moments, and only when somebody
  // answers, because a browser's own error page would stay on the wall.
  const today = province(now).toISOString().slice(0, 10);
  if (today !== data.day && !root.classList.contains("stale")) {
    data.day = today;
    setTimeout(() => {
      fetch(location.href, { cache: "no-store" }).then((answer) => answer.ok && location.reload(), () => {});
    }, Math.random() * 60000);
  }
}, 2000);
