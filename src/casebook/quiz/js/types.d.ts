// What passes between the scripts, and between them and Python (casebook.quiz.door). Only what the scripts read is named.

export type Verdict = "correct" | "partly" | "wrong" | "invalid" | "blank";

/** One thing said: casebook.grading.parts names what may stand beside it. */
export interface Row {
  code?: string;
  says: string;
  name?: string;
  case?: string;
  confidence?: string;
  authorities?: { title: string; edition: string; address: string }[];
  page?: string;
  copy?: string;
}

export type Rule = Pick<Row, "says" | "confidence" | "authorities" | "page" | "copy">;

export interface Part {
  kind: string;
  title: string;
  rows: Row[];
  /** Of what errs once more: both charts, and what was said in full before. */
  charts?: Beside[];
  full?: Row[];
}

export interface Graded {
  verdict: Verdict;
  score: number;
  misconceptions: { id: string }[];
  counted: string[];
  evidence: { score: number } | null;
  feedback: { headline: string; parts: Part[]; question: string | null };
}

export interface Line {
  code: string;
  units: number;
  modifiers: string[];
}

export interface Picture {
  svg: string;
  title: string;
  words: string;
}

export interface Result {
  right: number;
  of: number;
  counted: string;
  says: string;
  misconceptions: { says: string; correction: string; times: number; sure: number; cases: string[] }[];
  topics: { topic: string; name: string; right: number; of: number }[];
  sure: string[];
  read: { page: string; title: string; why: string }[];
  why_next: Record<string, string>;
  /** Answers to an earlier edition of their chart: not graded. */
  earlier: number;
  items: { case: string; answer: string; verdict: Verdict; expected: string }[];
}

export interface Progress {
  due: { case: string; says: string }[];
  /** Never right so far, and not due. */
  open: { case: string; says: string }[];
  by_case: { case: string; says: string }[];
  topics: { name: string; page: string; says: string }[];
  misconceptions: { id: string; says: string }[];
  /** That the answered cases test only some mistakes, and what tests the rest; "" where there is nothing to say. */
  reach: string;
  /** How many cases `by_case` has, and how many answers are to none of them. */
  says: string;
  unread: number;
  /** How many answers were given to another text of which chart. */
  earlier: { case: string; says: string }[];
}

/** An operation as Python writes it: the scripts hand it back as it came. */
export type Operation = Record<string, unknown>;

export type Act =
  | { do: "cut" | "bypass"; from: number; to: number }
  | { do: "join" | "redo" | "leave"; place: [number, number] }
  | { do: "stoma" | "loop" | "widen" | "hole" | "pouch" | "opening"; at: number }
  | { do: "approach"; approach: string }
  | { do: "undo" };

export interface Explored extends Omit<Picture, "title"> {
  operation: Operation | null;
  error: string | null;
  claim: string;
  joins: number;
  /** Why there is no claim, or "". */
  beyond: string;
  /** Where a cm lies in the picture: points of cm and x, and the height of the bowel. */
  ruler: { points: [number, number][]; top: number; height: number };
  open: [number, number][];
  /** Places whose ends were left stapled inside. */
  left: [number, number][];
  joined: [number, number][];
  /** Places with one end out, and where the other is. */
  out: [number, number, number][];
  /** What a place is called, by its two ends. */
  called: Record<string, string>;
  /** Where the next thing can be done, where no centimeters are told. */
  gaps: Gap[];
  because: Rule[];
  not_billed: { code: string; says: string }[];
}

/** A free stretch of bowel or a join `itself` (casebook.practice.gaps), in cm; a piece would be cut `from` and `to`. */
export interface Gap {
  says: string;
  low: number;
  high: number;
  from: number;
  to: number;
  itself: boolean;
  usual: boolean;
}

/** The way through the book (casebook.sphinx_ext.way). */
export interface Way {
  chapters: { page: string; title: string; turns: string[]; teaches: string[] }[];
  cases: Record<string, { title: string; minutes: number }>;
  about: Record<string, string[]>;
  /** After which chapter, by its place, a reader is prepared for a chart. */
  after: Record<string, number>;
  /** What must have been taught before a chart. */
  needs: Record<string, string[]>;
  /** The short charts that tell no more than what was done. */
  brief: string[];
}

/** What the chart says to an operation that was laid out (casebook.practice.laid_out). */
export interface Compared {
  verdict: "same" | "open" | "differs" | "nothing" | "unfinished";
  says: string;
  differs: { says: string; rows: Row[] }[];
  about: string;
  asks: string;
}

/** What the tables say of a claim (casebook.grading.scrubbed). */
export interface Scrubbed {
  typed: string;
  headline: string;
  edits: { blocks: boolean; says: string }[];
  lines: { line: string; says: string }[];
  tables: { says: string }[];
  not_read: string;
}

/** What may be asked of Python: each kind with what it takes and what it gives. */
export interface Asked {
  grade: [
    {
      answer: string;
      lines: string[] | null;
      diagnoses: string | null;
      /** Whether each line of a filed claim stands, as the reader said; null where nothing was said. */
      judged?: (boolean | null)[];
      confidence: string | null;
      seconds: number | null;
      hints: number;
      page?: object;
    },
    Graded,
  ];
  read: [{ answer: string }, { lines: Line[]; error: string | null }];
  codes: [
    object,
    { codes: { code: string; words: string; also: string }[]; modifiers: { code: string; words: string }[] },
  ];
  diagnoses: [
    { words: string; codes: string },
    {
      found: { code: string; words: string }[];
      hits: number;
      names: { code: string; words: string }[];
    },
  ];
  fees: [{ answer: string }, { lines: string[]; total: string; says: string }];
  scrub: [{ answer: string }, Scrubbed];
  hints: [object, { hints: string[] }];
  practice: [
    { attempts: Attempt[]; bank: unknown; table: unknown; now: number; within: string[]; taught: string[] },
    Practiced,
  ];
  "once-more": [
    { attempts: Attempt[]; bank: unknown; table: unknown; case: string; answer: string },
    { says: string; charts: Beside[] },
  ];
  follow: [
    {
      answers: object[];
      bank: unknown;
      table: unknown;
      asked: number;
      kind?: string;
      before?: object[];
      further?: boolean;
    },
    Follow,
  ];
  changed: [{ page: object; change: string }, { had: string }];
  beside: [{ answer: string }, { operated: Picture[]; right_if: Picture | null }];
  "query-options": [object, { options: { id: string; text: string }[] }];
  "query-review": [
    { text: string },
    {
      verdict: string;
      says: string;
      faults: { kind: string; says: string }[];
      good: string[];
      model: string;
    },
  ];
  draw: [
    {
      bank: unknown;
      number: number;
      seed: number;
      topics: string[] | null;
      pool?: string[];
      first?: string[];
      /** Cases that the reader has met, the longest ago first. */
      met: string[];
    },
    { seed: number; items: Drawn[]; minutes: Record<string, number> },
  ];
  choices: [{ seed: number; attempts: Attempt[] }, { choices: string[]; words: string[] }];
  result: [{ answers: Given[]; bank: unknown }, Result];
  progress: [{ attempts: Attempt[]; bank: unknown; table: unknown; now: number; offset: number }, Progress];
  explore: [{ operation: Operation | null; act: Act | null; by_order?: boolean }, Explored];
  "lay-out": [{ operation: Operation | null; answer?: string }, Compared];
}

export type Question = { [Kind in keyof Asked]: { do: Kind } & Asked[Kind][0] }[keyof Asked];

export type Ask = <Kind extends keyof Asked>(
  question: { do: Kind } & Asked[Kind][0],
) => Promise<Asked[Kind][1]>;

/** The likely answers to a case and what the grader says of them (casebook.quiz.verdicts). */
export interface Table {
  /** What may be written between semicolons, and what it comes to. */
  forms: Record<string, string>;
  /** The place of each answer's result in the pool. */
  answers: Record<string, number>;
  /** Values of JSON, each once: an object or a list holds the places of what is in it. */
  pool: (string | number | boolean | null | number[] | Record<string, number>)[];
  /** Other questions that have one answer, by their kind. */
  asked: Record<string, unknown>;
}

/** A question that may have an answer beforehand. */
export type Looked = { do: keyof Asked } & Partial<Asked["grade"][0]>;

/** Bytes that have come so far, of how many; and why Python had to start the slower way. */
export type Fetched = { got: number; of: number; slower?: string };
export type Tell = (progress: Fetched) => void;

/** One answer to a case, as this browser keeps it. */
export interface Attempt {
  case: string;
  /** The digest of the chart that it was given to; older books kept none. */
  edition?: string;
  at?: number;
  try?: number;
  answer: string;
  verdict: Verdict;
  score?: number;
  misconceptions?: string[];
  confidence: string | null;
  seconds: number | null;
  hints?: number;
  evidence?: number;
  /** The number of the test that it belongs to; none for practice. */
  test?: number;
  /** How it was given in a test; typed where nothing is said. */
  kind?: string;
  /** When the round of practice began that it belongs to, epoch milliseconds. */
  round?: number;
}

/** An answer of a held page: nothing is said of it there. */
export interface Noted extends Omit<Attempt, "verdict"> {
  held: true;
}

/** An answer that was begun, as it stands in the form. */
export interface Draft {
  answer?: string;
  lines?: string[];
  confidence?: string | null;
  diagnoses?: string;
  /** The operation as it was laid out on the bowel. */
  laid?: Operation;
}

export interface Drawn {
  case: string;
}

export interface Given {
  case: string;
  edition?: string;
  answer: string;
  confidence: string | null;
  seconds: number | null;
  verdict?: Verdict;
  /** What was said of the lines that were marked beside it: told with the result of a test. */
  marked?: string;
}

/** What is said of an answer to a small question: a question back, and what is so. */
export interface Said {
  verdict: string;
  asks: string;
  told: string;
}

/** A small question that was tried; `seen` where its answer was opened before it was found. */
export interface TurnKept {
  tries: number;
  right: boolean;
  seen: boolean;
}

/** What the scripts set on an element that they make. */
export interface Properties {
  aria?: Record<string, string>;
  autocomplete?: AutoFill;
  checked?: boolean;
  className?: string;
  download?: string;
  enterKeyHint?: string;
  hidden?: boolean;
  href?: string;
  htmlFor?: string;
  id?: string;
  inputMode?: string;
  max?: string;
  maxLength?: number;
  min?: string;
  name?: string;
  open?: boolean;
  rel?: string;
  role?: string;
  rows?: number;
  scope?: string;
  spellcheck?: boolean;
  tabIndex?: number;
  type?: string;
  value?: string;
}

/** A test under way. */
export interface Test {
  seed: number;
  items: Drawn[];
  kind: string;
  feedback: string;
  /** When it was begun, epoch milliseconds. */
  began?: number;
  ends: number | null;
  answers: Given[];
  done?: boolean;
  /** Whether it was drawn from what this reader had not met, so that its number does not bring it again. */
  own?: boolean;
  /** How many questions were asked after its end, to find out which rule it was. */
  more?: number;
}

/** What the tutor makes of a test, and the case that it would ask next. */
export interface Follow {
  rules: { id: string; says: string; correction: string }[];
  says: string;
  ask: string | null;
  /** Whether nothing is asked only because enough was, and more charts may tell. */
  further: boolean;
  /** That these charts test only some mistakes, and what tests the rest; "" where there is nothing to say. */
  reach: string;
}

/** What practice tells: the next chart, how the rules stand, and what a finished round was about. */
export interface Practiced {
  ask: string | null;
  /** What the next chart is for, or "". */
  why: string;
  place: number;
  of: number;
  began: number | null;
  states: { mastered: number; shaky: number; unseen: number };
  rules: { id: string; says: string; state: string }[];
  closing: {
    says: string;
    /** The charts of the round in their order. */
    asked: (Beside & { right: boolean })[];
    rules: {
      says: string;
      tempts: string;
      correction: string;
      charts: Beside[];
      /** What the name rests on, where that is little; else "". */
      rests: string;
    }[];
  } | null;
}

/** A chart with the answer given and the right one. */
export interface Beside {
  case: string;
  name: string;
  yours: string;
  filed: string;
}

/** Who answers a quiz, and what else its surroundings offer. */
export interface Host {
  /** Resolves once Python can be asked; a browser that saves data is asked first, there. */
  ready(tell: Tell, there?: HTMLElement): Promise<unknown>;
  ask: Ask;
  /** Fetches what is known beforehand; resolves to whether there is any. */
  prepare?(): Promise<boolean>;
  /** What is known beforehand of the answer to a question. */
  known?(question: Looked): Promise<unknown>;
  /** Whether nothing large is to be fetched unless it is needed. */
  sparing?(): boolean;
  /** The element of a mark in the chart. */
  where?(name: string): Element | null;
  /** Where a mark stands on another page. */
  address?(name: string): string | null;
  /** What leads to a case. */
  link?(id: string): HTMLElement;
  /** Where a page of the book is, by its file and an anchor there. */
  page?(file: string): string;
  /** The chart, where it is not the page's own. */
  sheet?: HTMLElement | null;
  /** What only a touch needs. */
  later?(): Promise<typeof import("./later.js")>;
  /** Whether attempts and drafts are kept in this browser. */
  keeps?: boolean;
  /** A promise while verdicts are held back. */
  held?(): Promise<void> | null;
  /** A test that the quiz is part of. */
  exam?: { answered(attempt: Attempt, show: (told: Graded) => void, graded: Graded): unknown };
  /** Offers to find out which rule gave an answer. */
  why?(given: Given, graded: Graded): void;
}

/** Who answers a part of the book that is no quiz on a case: the test, the progress, the explorer. */
export interface Desk extends Host {
  /** Whether Python is there already, so that nothing need be fetched. */
  awake(): boolean;
  link(id: string): HTMLElement;
}

/** The JSON of a case's page: Python's own, but for its anchors. */
export interface Page {
  anchors: Record<string, string>;
  /** What is otherwise, in a change: it completes “Had …”. */
  had?: string;
}

/** How long what took, in milliseconds since the page was opened; for the bench, and for whoever scripts the page. */
export interface Timings {
  verdicts: { ms: number; python: number }[];
  touched?: number;
  ready?: number;
  boot?: string;
  bytes?: number;
  why?: string | null;
  parts?: Record<string, number>;
}

/** What anywidget hands to a widget, as far as it is used here. */
export interface Model {
  get(name: string): unknown;
  on(name: string, work: (...given: never[]) => void): void;
  off(name: string, work: (...given: never[]) => void): void;
  send(message: object): void;
}

declare global {
  /** The file of what only a touch needs, with its digest; the bundler puts it there. */
  const LATER: string;
  interface Window {
    casebookTimings?: Timings;
  }
  interface Navigator {
    connection?: { saveData?: boolean };
  }
}
