const SCREENS = [["morning", "Morning"], ["session", "Session"], ["sets", "Sets"], ["checks", "Checks"], ["notes", "Notes"]];
const AWAY = [["rest", "Rest day"], ["ill", "Off: ill"], ["travel", "Off: travel"], ["off", "Off: other"]];
const RPE = ["rest", "very, very easy", "easy", "moderate", "somewhat hard", "hard", "harder", "very hard", "very, very hard", "nearly maximal", "maximal"];
const KEPT_KINDS = {morning: "morning", checks: "checks"};

const begin = () => {
  const kept = {drafts: {}, last: {}, sent: {}, queue: [], ...store.read()};
  const isSquad = about.mode === "squad";
  let day = daysBefore(0), screen = "morning", part = 0, who = isSquad ? null : about.athlete, armed = false;
  let lift = null, next = {};
  const root = document.getElementById("form");
  const screens = Object.fromEntries(SCREENS.map(([name]) => [name, el("section", {id: name, hidden: true})]));
  const hand = el("section", {id: "hand", hidden: true});
  const said = el("p", {id: "said", role: "status"});
  const send = el("button", {type: "button", className: "main", id: "send", onclick: () => sendAll()});
  const over = el("button", {type: "button", id: "over", hidden: !isSquad, onclick: () => handAll()});
  const clear = el("button", {type: "button", id: "clear", onclick: () => clearAll()});
  const nav = el("nav", {"aria-label": "Groups of questions"}, ...SCREENS.map(([name, text]) =>
    el("button", {type: "button", textContent: text, "data-screen": name, onclick: () => go(name)})));
  const header = el("header");

  const key = () => `${who}|${day}`;
  const draft = () => (kept.drafts[key()] ??= {morning: {}, sessions: [{sets: []}], checks: {}});
  const session = () => draft().sessions[part] ?? draft().sessions[0];
  const say = (text, isBad = false) => { said.textContent = text; said.className = isBad ? "bad" : ""; };
  const changed = () => { armed = false; store.write(kept); refresh(); };
  const set = (of, name) => value => {
    if (value === null || value === "") delete of()[name]; else of()[name] = value;
    changed();
  };
  const get = (of, name) => () => of()[name] ?? null;

  // what of a draft is an answer ---------------------------------------------------------------------------------

  const lifted = one => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null && value !== undefined));
  const isSaid = one => Boolean(one.what || one.role || one.minutes || one.rpe !== undefined || one.sets.length || one.notes || one.video || one.cue);
  const isAway = one => AWAY.some(([name]) => name === one.what);
  const sessionFields = one => {
    const rest = one.what === "rest", away = isAway(one) && !rest;
    const trained = isAway(one) ? {} : one, minutes = number(trained.minutes);
    const cues = one.cue ? [{exercise: one.cue_lift || "all lifts", cue: one.cue}] : [];
    return lifted({
      what: away || rest ? "other" : one.what ?? "strength",
      status: away ? "off" : rest ? "rest" : "done",
      away: one.what === "ill" ? "ill" : one.what === "travel" ? "travelling" : null,
      role: trained.role ?? null, minutes, rpe: trained.rpe ?? null, notes: one.notes ?? null, video: one.video ?? null,
      sets: one.sets.length ? one.sets : null, cues: cues.length ? cues : null,
    });
  };
  const trials = () => about.checks.flatMap(check => ["L", "R", "B"].flatMap(side => [1, 2, 3].flatMap(trial => {
    const value = number(draft().checks[`${check.test}|${check.metric}|${side}|${trial}`]);
    return value === null ? [] : [lifted({test: check.test, metric: check.metric, unit: check.unit, side: check.sides ? side : null, trial, value, distance_m: check.distance_m})];
  })));
  const found = () => {
    const one = draft(), answers = [], problems = [];
    const items = about.morning.filter(({item}) => one.morning[item] !== undefined)
      .map(({item, low, high, direction}) => ({item, value: one.morning[item], low, high, direction}));
    if (items.length) answers.push(["morning", {items}]);
    one.sessions.forEach((each, place) => {
      if (!isSaid(each)) return;
      if (!each.what && !each.sets.length) problems.push(["session", "Choose what you did first."]);
      if (!isAway(each) && Number.isNaN(number(each.minutes))) problems.push(["session", `“${each.minutes}” is no number of minutes.`]);
      if (each.video && !/^https?:\/\/[^\s<>"']+$/.test(each.video)) problems.push(["notes", "The video's link begins with https:// and has no spaces."]);
      answers.push([place ? `session_${place + 1}` : "session", sessionFields(each)]);
    });
    const wrong = Object.values(one.checks).find(text => Number.isNaN(number(text)));
    if (wrong !== undefined) problems.push(["checks", `“${wrong}” is no number.`]);
    const tried = trials();
    if (tried.length) answers.push(["checks", {trials: tried}]);
    return {answers, problems};
  };
  const inWords = kind => KEPT_KINDS[kind] ?? kind.replace("_", " ");

  // screens ------------------------------------------------------------------------------------------------------

  const title = (name, text) => el("h2", {textContent: text, tabIndex: -1, id: `${name}-title`});
  const again = kinds => {
    const sent = (kept.sent[key()] ?? []).filter(kind => kinds.some(one => kind.startsWith(one)));
    return sent.length ? el("p", {className: "soft", textContent: "You sent this already. What you send now takes its place, whole."}) : null;
  };
  const parts = () => draft().sessions.length < 2 ? null :
    choice("Which session?", draft().sessions.map((_, place) => [place, `Session ${place + 1}`]), () => part, value => { part = value ?? 0; draw(); });

  const draws = {
    morning: () => [title("morning", "Morning check"), again(["morning"]), ...about.morning.map(one => choice(one.ask,
      Array.from({length: one.high - one.low + 1}, (_, place) => [one.low + place, String(one.low + place)]),
      get(() => draft().morning, one.item), set(() => draft().morning, one.item),
      {columns: "five", ends: one.low_word || one.high_word ? [`${one.low}: ${one.low_word}`, `${one.high}: ${one.high_word}`] : null}))],
    session: () => {
      const planned = about.plan[day];
      const usual = choice("Minutes", ["30", "45", "60", "75", "90", "120"].map(text => [text, text]), get(session, "minutes"), value => { set(session, "minutes")(value); exact.querySelector("input").value = value ?? ""; }, {columns: "six"});
      const exact = stepper("Or exactly", get(session, "minutes"), value => { set(session, "minutes")(value); for (const one of usual.querySelectorAll("input")) one.checked = one.value === value; }, {step: 5, high: 600, first: 60});
      return [title("session", "Session"), again(["session"]), parts(),
        planned?.content ? el("p", {className: "soft", textContent: `Planned: ${planned.content}`}) : null,
        choice("What did you do?", [...about.kinds, ...AWAY], get(session, "what"), value => { const was = isAway(session()); set(session, "what")(value); if (was !== isAway(session())) draw(); }),
        ...(isAway(session()) ? [] : [choice("Which day of your week?", about.roles, get(session, "role"), set(session, "role")),
        usual, exact,
        choice("How hard was the whole session?", RPE.map((word, value) => [value, String(value), `${value}, ${word}`]), get(session, "rpe"), set(session, "rpe"),
          {columns: "six", ends: ["0: rest", "5: hard", "10: maximal"]})]),
        draft().sessions.length < 4 ? el("button", {type: "button", textContent: "Add another session of this day", onclick: () => { draft().sessions.push({sets: []}); part = draft().sessions.length - 1; changed(); draw(); }}) : null];
    },
    sets: () => [title("sets", "Sets"), again(["session"]), parts(), doneSets(), ...editor()],
    checks: () => [title("checks", "Checks and sides"), again(["checks"]), ...(about.checks.length ? about.checks.map(check) : [el("p", {textContent: "There is no check in your squad."})])],
    notes: () => {
      const which = choice("For which lift?", about.lifts.map(one => [one.exercise, one.name]), get(session, "cue_lift"), set(session, "cue_lift"));
      which.hidden = !session().cue || !about.lifts.length;
      return [title("notes", "Notes"), again(["session"]), parts(), el("p", {className: "soft", textContent: "A note goes with a session. Choose there what you did."}),
      field("What should your coach know?", get(session, "notes"), set(session, "notes"), {area: true, most: 1500}),
      field("A link to your video", get(session, "video"), set(session, "video"), {type: "url", most: 500}),
      field("A cue that helped", get(session, "cue"), value => { set(session, "cue")(value); which.hidden = !session().cue || !about.lifts.length; }, {most: 150}),
      which];
    },
  };

  const check = one => {
    const row = (side, sideName) => el("div", {className: "trials"}, ...[1, 2, 3].map(trial => {
      const name = `${one.test}|${one.metric}|${side}|${trial}`;
      const input = el("input", {type: "text", inputMode: "decimal", maxLength: 8, autocomplete: "off", value: draft().checks[name] ?? "", placeholder: String(trial), "aria-label": `${one.name}${sideName ? `, ${sideName}` : ""}, trial ${trial}, in ${one.unit}`});
      input.addEventListener("input", () => { input.setAttribute("aria-invalid", String(Number.isNaN(number(input.value)))); set(() => draft().checks, name)(input.value); });
      return input;
    }));
    return el("fieldset", {}, el("legend", {textContent: `${one.name} (${one.unit})`}),
      ...(one.sides ? [el("p", {className: "soft", textContent: "Left"}), row("L", "left"), el("p", {className: "soft", textContent: "Right"}), row("R", "right")] : [row("B", "")]));
  };

  const nameOf = exercise => about.lifts.find(one => one.exercise === exercise)?.name ?? exercise;
  const breakName = name => (about.breaks.find(([word]) => word === name) ?? [null, name])[1].toLowerCase();
  const told = one => [`${nameOf(one.exercise)}: ${one.load ?? "?"} ${one.unit ?? about.unit} × ${one.reps}`, one.rir === undefined ? "" : `RIR ${one.rir}`,
    one.clean === undefined ? "" : one.clean === one.reps ? "all clean" : `clean until ${one.clean}`, one.break ? breakName(one.break) : ""].filter(Boolean).join(", ");
  const doneSets = () => session().sets.length === 0 ? null : el("ul", {className: "done"}, ...session().sets.map((one, place) => el("li", {}, el("span", {textContent: told(one)}),
    el("button", {type: "button", textContent: "Remove", "aria-label": `Remove set ${place + 1}`, onclick: () => { session().sets.splice(place, 1); changed(); draw(); }}))));
  const take = exercise => {
    lift = exercise;
    const last = kept.last[exercise ?? ""] ?? {}, load = last.load ?? about.lifts.find(one => one.exercise === exercise)?.load;
    next = {load: load === null || load === undefined ? "" : String(load), reps: last.reps === undefined ? "" : String(last.reps)};
    draw();
  };
  const editor = () => {
    const pick = choice("Which lift?", [...about.lifts.map(one => [one.exercise, one.name]), ["", "Another lift"]], () => lift, take);
    if (lift === null) return [pick];
    const reps = number(next.reps), clean = number(next.clean), of = () => next;
    const local = (name, redraw = false) => value => { if (value === null || value === "") delete next[name]; else next[name] = value; if (redraw) draw(); };
    const other = lift === "" ? field("Name of the lift", get(of, "other"), local("other"), {most: 80}) : null;
    return [pick, other,
      stepper(`Load (${about.unit})`, get(of, "load"), local("load"), {step: about.unit === "lb" ? 5 : 2.5, low: -200, high: 2000, first: 20}),
      stepper("Repetitions", get(of, "reps"), local("reps"), {high: 200, first: 8}),
      choice("Repetitions in reserve", [0, 1, 2, 3, 4, 5].map(value => [value, String(value)]), get(of, "rir"), local("rir"), {columns: "six"}),
      choice("Was every repetition clean?", [["all", "All clean"], ["some", "Not all"]], () => next.form ?? null, local("form", true)),
      next.form === "some" ? stepper("Clean until repetition", get(of, "clean"), local("clean"), {high: reps || 200, first: Math.max(0, (reps || 1) - 1)}) : null,
      next.form === "some" ? choice("What broke then?", about.breaks, get(of, "break"), local("break"), {columns: "three"}) : null,
      el("button", {type: "button", id: "add", textContent: "Add this set", onclick: addSet})];
  };
  const addSet = () => {
    const load = number(next.load), reps = number(next.reps), exercise = lift || (next.other ?? "").trim();
    const clean = next.form === "all" ? reps : next.form === "some" ? number(next.clean) : null;
    if (!exercise) return say("Say the name of the lift.", true);
    if (Number.isNaN(load)) return say(`“${next.load}” is no load.`, true);
    if (reps === null || !Number.isInteger(reps) || reps < 0) return say("Say how many repetitions.", true);
    if (clean !== null && !(Number.isInteger(clean) && clean >= 0 && clean <= reps)) return say("The clean repetitions are more than were done.", true);
    if (next.form === "some" && clean === null) return say("Say until which repetition they were clean.", true);
    const broke = next.form === "some" && clean < reps ? next.break ?? null : null;
    session().sets.push(lifted({exercise, load, unit: load === null ? null : about.unit, reps, rir: next.rir ?? null, clean, break: broke}));
    kept.last[exercise] = {load, reps};
    next = {load: next.load, reps: next.reps, other: next.other};
    changed();
    draw();
    say(`Set ${session().sets.length} is noted.`);
  };

  // the frame ----------------------------------------------------------------------------------------------------

  const drawHeader = () => staying(() => {
    const today = daysBefore(0), yesterday = daysBefore(1);
    const id = unique(), other = el("input", {type: "date", id, min: daysBefore(about.late_days), max: today, value: day === today || day === yesterday ? "" : day});
    other.addEventListener("change", () => { if (other.value >= other.min && other.value <= other.max) pickDay(other.value); });
    const late = daysBefore(0) > about.until ? el("p", {className: "bad", textContent: `This form ended on ${about.until}. Ask ${about.contact} for a new one.`}) : null;
    header.replaceChildren(el("h1", {textContent: isSquad ? about.name : `Hello ${about.name}`}), ...[late,
      isSquad ? choice("Who are you?", about.names.map(name => [name, name]), () => who, value => { who = value; part = 0; draw(); }) : null,
      el("div", {className: "days"}, choice("Which day?", [[today, "Today"], [yesterday, "Yesterday"]], () => day, value => pickDay(value ?? today), {quiet: true}),
      el("details", {}, el("summary", {textContent: "Other day, clear"}),
        el("div", {className: "field"}, el("label", {className: "label", htmlFor: id, textContent: "Another day"}), other),
        el("p", {className: "soft", textContent: "What you type stays on this phone until you send it. Other pages that are opened from files of this browser may read it."}), clear))].filter(Boolean));
  });
  const pickDay = value => { day = value; part = 0; drawHeader(); draw(); };
  const draw = () => staying(() => {
    const hidden = who === null;
    for (const [name, section] of Object.entries(screens)) {
      section.hidden = hidden || name !== screen;
      section.replaceChildren(...(section.hidden ? [] : draws[name]().filter(Boolean)));
    }
    hand.hidden = screen !== "hand";
    for (const button of nav.children) button.setAttribute("aria-current", String(button.dataset.screen === screen));
    refresh();
  });
  const go = name => {
    screen = name;
    say("");
    draw();
    scrollTo(0, 0);
    (screens[name] ?? hand).querySelector("h2")?.focus({preventScroll: true});
  };
  const refresh = () => {
    const kinds = who === null ? [] : found().answers.map(([kind]) => inWords(kind));
    send.disabled = kinds.length === 0;
    send.textContent = kinds.length ? `${isSquad ? "Note down" : "Send"}: ${kinds.join(", ")}` : "Nothing to send yet";
    over.hidden = !isSquad || kept.queue.length === 0;
    over.textContent = `Hand over ${kept.queue.length} of the squad`;
    clear.textContent = armed ? "Press again to clear all that is typed" : "Clear all that is typed";
    if (!store.works) say(NOTHING_KEPT, true);
  };
  const clearAll = () => {
    if (!armed) { armed = true; return refresh(); }
    store.clear();
    Object.assign(kept, {drafts: {}, last: {}, sent: {}, queue: []});
    armed = false;
    lift = null;
    go("morning");
    say("Everything that was typed here is cleared.");
  };
  const wiped = kinds => {
    kept.sent[key()] = [...new Set([...(kept.sent[key()] ?? []), ...kinds])];
    delete kept.drafts[key()];
    store.write(kept);
    lift = null;
    part = 0;
  };
  const sendAll = async () => {
    const {answers, problems} = found();
    if (problems.length) { go(problems[0][0]); return say(problems[0][1], true); }
    if (!window.crypto?.subtle) return say("This browser cannot seal your answers here. Open the form in a current browser.", true);
    send.disabled = true;
    const texts = answers.map(([kind, fields]) => JSON.stringify({...stamped(kept, kind, day, who), ...fields}));
    const kinds = answers.map(([kind]) => kind), letter = await sealed(texts);
    store.write(kept);
    if (isSquad) {
      kept.queue.push(letter);
      wiped(kinds);
      const name = who;
      who = null;
      drawHeader();
      draw();
      scrollTo(0, 0);
      return say(`Noted for ${name}. The next one, please.`);
    }
    const done = () => { wiped(kinds); drawHeader(); go("morning"); say("Sent. Your answers are cleared from this phone."); };
    const file = fileOf(letter);
    if (canShare(file) && await share(file, done, say)) return;
    handOver(letter, done, say);
    const before = said.textContent;
    go("hand");
    if (!canShare(file)) { save(file); say("Saved among your downloads. Send that file."); } else say(before);
  };
  const handAll = async () => {
    const letters = kept.queue.join("\n"), file = fileOf(letters);
    const done = () => { kept.queue = []; store.write(kept); go("morning"); say("Handed over."); };
    if (canShare(file) && await share(file, done, say)) return;
    handOver(letters, done, say);
    go("hand");
    if (!canShare(file)) save(file);
  };

  root.append(header, el("main", {}, ...Object.values(screens), hand), el("footer", {}, el("div", {}, said, send, over, nav)));
  root.hidden = false;
  drawHeader();
  draw();
};

document.addEventListener("DOMContentLoaded", () => {
  about = JSON.parse(document.getElementById("about").textContent);
  begin();
});
