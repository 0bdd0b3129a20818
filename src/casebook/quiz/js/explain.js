// The explanation of a graded answer, layer by layer.

function explain({ answer, told, findings, graded, tries, host, ask, cited }) {
  const said = [told.amounts_to, told.correction, told.flip]; // nothing is said twice, word for word
  const off = findings.filter(({ kind, says }) => !said.some((text) => text?.includes(says)) && !(kind === "query" && told.correction));
  const lines = [...new Set(off.map(({ says }) => says))];
  const flipped = told.correction ? told.flip?.replace(`: ${told.correction}`, ".") : told.flip;
  const part = graded.misconceptions.length > 0 ? fold : layer; // a wrong rule that was named says more than its lines
  return [
    make("p", { className: "casebook-given" }, tries > 1 ? `Try ${tries}: ` : "You answered ", make("code", {}, answer.trim())),
    told.amounts_to && make("p", { className: "casebook-amounts" }, told.amounts_to),
    told.tempts && make("p", { className: "casebook-tempts" }, told.tempts),
    told.settles.length > 0 && layer(told.settles_as, ...told.settles.map((each) => quote(each, host))),
    told.correction && layer("What sets it right", make("p", {}, told.correction)),
    lines.length > 0 && part("Line by line", list(lines)),
    told.doubt && make("p", { className: "casebook-doubt" }, told.doubt),
    graded.evidence && layer("The lines you marked", ...evidence(graded.evidence, host, cited)),
    graded.diagnoses && layer("The diagnoses", ...diagnoses(graded.diagnoses)),
    told.ask && composer(ask, told.ask),
    flipped && flip(flipped, answer, ask),
    fees(answer, ask),
    told.rules.length > 0 && fold("Why: rules and sources", list(told.rules.map(rule))),
    told.next && make("p", { className: "casebook-next" }, `${told.next.says} `, host.link?.(told.next.case) ?? make("code", {}, told.next.case)),
  ].filter(Boolean);
}

const lineOf = (host, name) => host.where?.(name)?.closest(".line")?.dataset.line;

function quote({ name, text }, host) {
  const place = host.where?.(name);
  const address = place ? `#${place.id}` : host.address?.(name); // a quiz can stand on a page without its chart
  const line = lineOf(host, name);
  const find = address && make("a", { href: address, className: "casebook-find" }, `Show it in the chart${line ? `, line ${line}` : ""}`);
  return make("blockquote", {}, make("p", {}, make("q", {}, text)), find);
}

function evidence({ found, missed, irrelevant }, host, cited) {
  const places = (names) => [...new Set(names.map((name) => lineOf(host, name) ?? name))];
  const said = (names) => places(names).join(", ");
  const others = cited.filter((line) => !places(found).includes(line));
  return [
    make(
      "p",
      {},
      !missed.length && !irrelevant.length
        ? "These are just the lines that decide."
        : `${found.length} of ${found.length + missed.length} deciding lines found${found.length ? ` (${said(found)})` : ""}.`,
    ),
    missed.length > 0 && make("p", {}, `Missed: ${places(missed).length === 1 ? "line" : "lines"} ${said(missed)}.`),
    irrelevant.length > 0 && make("p", {}, `True, but not what decides: ${others.length === 1 ? "line" : "lines"} ${others.join(", ")}.`),
  ].filter(Boolean);
}

function diagnoses({ expected, found, missed, extra, first_right, findings }) {
  if (!missed.length && !extra.length && first_right) {
    return [make("p", {}, "The codes and their order are right."), findings.length > 0 && list(findings.map(({ says }) => says))];
  }
  return [
    list(
      [
        found.length > 0 && `Right: ${found.join(", ")}.`,
        missed.length > 0 && `Missing: ${missed.join(", ")}.`,
        extra.length > 0 && `Not needed: ${extra.join(", ")}.`,
        !first_right && `${expected[0]} comes first.`,
        ...findings.map(({ says }) => says),
      ].filter(Boolean),
    ),
  ];
}

function rule({ says, confidence, authorities }) {
  const sources = authorities.map(({ title, edition, address }) => {
    const text = `${title}, ${edition}`;
    return /^https?:\/\//.test(address) ? make("a", { href: address, rel: "noopener" }, text) : text;
  });
  return [`${says} `, make("span", { className: `casebook-sure casebook-${confidence}` }, confidence), list(sources)];
}

// The bowel as operated beside the bowel that would make the answer right.
function flip(says, answer, ask) {
  const pictures = make("div", { className: "casebook-pictures" });
  ask({ do: "beside", answer }).then(
    ({ operated, right_if }) => pictures.append(...operated.map(picture), ...(right_if ? [picture(right_if)] : [])),
    () => pictures.remove(), // the words stand without it
  );
  return layer("What would make your answer right", make("p", {}, says), pictures);
}

function fees(answer, ask) {
  const inside = make("div", {}, make("p", {}, "Working it out..."));
  const box = fold("What your answer would pay", inside);
  box.addEventListener(
    "toggle",
    () =>
      ask({ do: "fees", answer }).then(
        ({ lines, total, says }) => inside.replaceChildren(list(lines), make("p", {}, make("strong", {}, total)), make("p", { className: "casebook-hint" }, says)),
        (error) => inside.replaceChildren(make("p", {}, error.message)),
      ),
    { once: true },
  );
  return box;
}
