// the coach's form: open proposals with a yes, a no and a reason, and days that are to be called what they are
const begin = () => {
  const kept = {answers: {}, labels: [], away: {}, ...store.read()};
  const root = document.getElementById("form"), main = el("section", {id: "answers"}), hand = el("section", {id: "hand", hidden: true});
  const said = el("p", {id: "said", role: "status"});
  const send = el("button", {type: "button", className: "main", id: "send", onclick: () => sendAll()});
  let next = {};
  const say = (text, isBad = false) => { said.textContent = text; said.className = isBad ? "bad" : ""; };
  const keyOf = one => [one.athlete, one.label, one.first, one.last].join("|");
  const called = () => [...about.away.filter(one => kept.away[keyOf(one)] === "yes").map(({athlete, label, first, last}) => ({athlete, label, first, last})), ...kept.labels];
  const counted = () => Object.values(kept.answers).filter(one => one.answer).length + called().length;
  const span = one => one.first === one.last ? one.first : `${one.first} to ${one.last}`;
  const changed = () => { store.write(kept); refresh(); };
  const refresh = () => {
    send.disabled = counted() === 0;
    send.textContent = counted() ? `Send ${counted()}` : "Nothing to send yet";
    if (!store.works) say(NOTHING_KEPT, true);
  };
  const menuOf = one => [one.athlete_id, one.local_date, one.rule_id.split(".")[0], one.subject].join("|");
  const proposal = (one, place, all) => {
    const of = () => (kept.answers[one.proposal_id] ??= {});
    const set = name => value => { if (value === null || value === "") delete of()[name]; else of()[name] = value; changed(); };
    const why = field("Why", () => of().reason ?? "", set("reason"), {most: 300});
    why.hidden = !of().answer;
    const told = place > 0 && menuOf(all[place - 1]) === menuOf(one) && all[place - 1].evidence === one.evidence;
    const answer = value => {
      set("answer")(value);
      why.hidden = value === null;
      const others = about.proposals.filter(other => other !== one && menuOf(other) === menuOf(one) && kept.answers[other.proposal_id]?.answer === "accepted");
      if (value !== "accepted" || !others.length) return;
      for (const other of others) kept.answers[other.proposal_id].answer = "rejected";
      changed();
      draw();
      say("Of one menu one choice is taken: the other one is rejected.");
    };
    return el("div", {}, choice(`${one.name}: ${one.line}`, [["accepted", "Accept"], ["rejected", "Reject"]], () => of().answer ?? null, answer, {note: told ? "" : one.evidence}), why);
  };
  const nameOf = id => (about.people.find(([each]) => each === id) ?? [id, id])[1];
  const dateField = name => field(name === "first" ? "First day" : "Last day", () => next[name] ?? daysBefore(0), value => { next[name] = value; }, {type: "date"});
  const addLabel = () => {
    const first = next.first ?? daysBefore(0), last = next.last ?? first;
    if (!next.athlete || !next.label) return say("Say whose days they are, and what they are called.", true);
    if (!first || !last || first > last) return say("The first day lies after the last one.", true);
    kept.labels.push({athlete: next.athlete, label: next.label, first, last});
    next = {};
    changed();
    draw();
    say("The days are noted.");
  };
  const draw = () => staying(() => {
    main.hidden = false;
    hand.hidden = true;
    main.replaceChildren(...[
      el("h2", {textContent: "Proposals for the coming week", tabIndex: -1}),
      ...(about.proposals.length ? about.proposals.map(proposal) : [el("p", {textContent: "No proposal is open."})]),
      ...(about.away.length ? [el("h2", {textContent: "Off, as athletes logged it"})] : []),
      ...about.away.map(one => choice(`${one.name}: ${one.label}, ${span(one)}. Call these days ${one.label}?`, [["yes", "Yes"], ["no", "No"]],
        () => kept.away[keyOf(one)] ?? null, value => { if (value === null) delete kept.away[keyOf(one)]; else kept.away[keyOf(one)] = value; changed(); })),
      el("h2", {textContent: "Call days what they are"}),
      kept.labels.length ? el("ul", {className: "done"}, ...kept.labels.map((one, place) => el("li", {}, el("span", {textContent: `${nameOf(one.athlete)}: ${one.label}, ${span(one)}`}),
        el("button", {type: "button", textContent: "Remove", "aria-label": `Remove the days of ${nameOf(one.athlete)}`, onclick: () => { kept.labels.splice(place, 1); changed(); draw(); }})))) : null,
      choice("Whose days?", about.people, () => next.athlete ?? null, value => { next.athlete = value; }),
      choice("What are they?", about.labels, () => next.label ?? null, value => { next.label = value; }, {columns: "three"}),
      dateField("first"), dateField("last"),
      el("button", {type: "button", textContent: "Add these days", onclick: addLabel}),
    ].filter(Boolean));
    refresh();
  });
  const sendAll = async () => {
    if (!window.crypto?.subtle) return say("This browser cannot seal your answers here. Open the form in a current browser.", true);
    const decisions = about.proposals.filter(one => kept.answers[one.proposal_id]?.answer).map(one => {
      const {answer, reason} = kept.answers[one.proposal_id];
      const {athlete_id, local_date, rule_id, subject, line, evidence} = one;
      return {athlete_id, local_date, rule_id, subject, line, evidence, answer, reason: reason ?? null};
    });
    const text = JSON.stringify({...stamped(kept, "coach", daysBefore(0), "coach"), decisions, labels: called()});
    const letter = await sealed([text]), file = fileOf(letter);
    store.write(kept);
    const done = () => { Object.assign(kept, {answers: {}, labels: [], away: {}}); store.clear(); draw(); say("Sent. Your answers are cleared from this phone."); };
    if (canShare(file) && await share(file, done, say)) return;
    handOver(letter, done, say);
    main.hidden = true;
    hand.hidden = false;
    if (!canShare(file)) { save(file); say("Saved among your downloads. Take that file in."); }
  };
  root.append(el("header", {}, el("h1", {textContent: `Coach of ${about.name}`})), el("main", {}, main, hand), el("footer", {}, el("div", {}, said, send)));
  root.hidden = false;
  draw();
};

document.addEventListener("DOMContentLoaded", () => {
  about = JSON.parse(document.getElementById("about").textContent);
  begin();
});
