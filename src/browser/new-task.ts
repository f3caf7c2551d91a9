/** The form for a new task: a file is uploaded and judged while the rest is filled in, a link is judged where it lies. */
import { loginLink, SESSION_ENDED } from "./session-ended.ts";

interface Finding {
  readonly level: string;
  readonly message: string;
}

/** What was found of a source, for the form that comes back with it. */
interface Judged {
  readonly name: string;
  readonly verdict: string;
  readonly findings: readonly Finding[];
}

export function offerUpload(): void {
  const file = document.querySelector<HTMLInputElement>("#file");
  const link = document.querySelector<HTMLInputElement>("#upload-url");
  if (file === null || link === null) return;
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen !== undefined) void upload(chosen);
  });
  link.addEventListener("change", () => void judgeLink(link.value.trim()));
  offerDrop();
  const label = document.querySelector<HTMLElement>("label[for=file]");
  if (label !== null)
    label.textContent = `An audio file, up to ${label.dataset["most"]} MB and 8 minutes. Drop it here, too.`;
  document.querySelector("#suggested")?.replaceChildren(...TAGS.map(tagButton));
  document.addEventListener("pointerdown", () => (isPressed = true), true);
  for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => setTimeout(release), true);
  uploaded = sourceId()?.value ?? "";
  const source = uploaded || link.value;
  const judged = recall(source);
  const box = document.getElementById("force")?.textContent.trim() ?? "";
  const isOffered = document.querySelector("main > .alert")?.textContent.includes(box) === true;
  if (judged !== null) show(judged);
  // Where a fault is found, it is asked for then.
  else if (!isOffered) offerForce(false);
}

/** A file that misses the box would otherwise be opened in place of the form. */
function offerDrop(): void {
  const drop = document.querySelector<HTMLElement>("#drop");
  for (const type of ["dragover", "drop"] as const)
    document.addEventListener(type, (event) => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      const isOver = event.target instanceof Node && drop?.contains(event.target) === true;
      drop?.toggleAttribute("data-over", isOver && type === "dragover");
      const [dropped] = event.dataTransfer.files;
      if (isOver && type === "drop" && dropped !== undefined) void upload(dropped);
    });
  drop?.addEventListener("dragleave", () => drop.removeAttribute("data-over"));
}

/** The last one that was asked about: what is found of another comes too late. */
let asked: File | string | null = null;
let lastFile: File | null = null;
/** The id of what was uploaded last. It is sent unless there is a link. */
let uploaded = "";
/** Says why the last upload came to nothing. */
let sayRefused = (): void => undefined;

/** The form then sends its id in place of the file. */
async function upload(file: File): Promise<void> {
  const progress = document.querySelector<HTMLProgressElement>("#upload");
  const create = document.querySelector<HTMLButtonElement>("#create");
  if (progress === null || create === null) return;
  asked = lastFile = file;
  uploaded = "";
  sayRefused = () => undefined;
  changeSource();
  const link = document.querySelector<HTMLInputElement>("#upload-url");
  if (link !== null) link.value = "";
  tell(`Uploading ${file.name}…`, "note");
  progress.hidden = false;
  progress.value = 0;
  create.disabled = true;
  const { status, answer } = await send(file, (percent) => {
    progress.value = percent;
    if (percent === 100 && asked === file) tell("Uploaded. It is being judged…", "note");
  });
  if (lastFile !== file) return;
  create.disabled = false;
  progress.hidden = true;
  uploaded = answer?.sourceId ?? "";
  if (uploaded !== "") keep(uploaded, { name: file.name, verdict: "pass", findings: [], ...answer?.report });
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => void upload(file));
  const broke = `The upload of ${file.name} broke off.`;
  const words = status === 401 ? SESSION_ENDED : answer === null ? broke : (answer.detail ?? "The file was not taken.");
  // What a file is refused for stays so.
  const more = status === 413 || status === 422 ? [] : [...(status === 401 ? loginLink("new tab") : []), again];
  sayRefused = () => tell(words, "alert", ...more);
  if (asked !== file) return;
  if (uploaded !== "") forgetFile();
  useUploaded();
}

interface Answer {
  readonly sourceId?: string;
  readonly report?: { readonly verdict: string; readonly findings: readonly Finding[] };
  readonly verdict?: string;
  readonly findings?: readonly Finding[];
  readonly detail?: string;
}

interface Answered {
  /** 0 where the connection broke. */
  readonly status: number;
  readonly answer: Answer | null;
}

/** With progress, which `fetch` does not tell. */
function send(file: File, onProgress: (percent: number) => void): Promise<Answered> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/sources");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(Math.round((loaded / total) * 100)));
    request.addEventListener("loadend", () => resolve({ status: request.status, answer: answerOf(request.response) }));
    request.send(file);
  });
}

/** Where the link is taken back, what was uploaded is meant again. */
async function judgeLink(url: string): Promise<void> {
  asked = url || lastFile;
  changeSource();
  if (url === "") return useUploaded();
  forgetFile();
  if (!URL.canParse(url)) return;
  tell("The source is being judged…", "note");
  const response = await fetch("/sources/check", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ url, force: true }),
  }).catch(() => null);
  const answer = response === null ? null : answerOf(await response.json().catch(() => null));
  if (asked !== url) return;
  if (response?.status === 401) return tell(SESSION_ENDED, "alert", ...loginLink("new tab"));
  if (answer?.verdict === undefined) return tell(answer?.detail ?? "The source could not be judged.", "alert");
  const judged = { name: "The source", verdict: answer.verdict, findings: answer.findings ?? [] };
  keep(url, judged);
  show(judged);
}

function useUploaded(): void {
  if (uploaded === "") return sayRefused();
  setSource(uploaded);
  const judged = recall(uploaded);
  if (judged !== null) show(judged);
  else tell("The source from before is used again.", "note");
}

/** What was said of the one before, and the consent to its faults, do not hold for another. */
function changeSource(): void {
  setSource("");
  const box = document.querySelector<HTMLInputElement>("#force input");
  if (box !== null) box.checked = false;
  whenReleased(() => {
    offerForce(false);
    document.getElementById("judged")?.replaceChildren();
    const alert = document.querySelector("main > .alert");
    // A setting that is missing is no matter of the source.
    if (alert?.textContent.includes("PROVIDER_API_KEY") === false) alert.remove();
  });
}

/** As long as it is in its field, the form would send it beside the link. */
function forgetFile(): void {
  const input = document.querySelector<HTMLInputElement>("#file");
  if (input !== null) input.value = "";
}

function offerForce(isOffered: boolean): void {
  document.getElementById("force")?.toggleAttribute("hidden", !isOffered);
}

function answerOf(json: unknown): Answer | null {
  return typeof json === "object" && json !== null ? json : null;
}

/** `source` is its id or its link. */
function keep(source: string, judged: Judged): void {
  sessionStorage.setItem(`source ${source}`, JSON.stringify(judged));
}

function recall(source: string): Judged | null {
  const kept: unknown = JSON.parse(sessionStorage.getItem(`source ${source}`) ?? "null");
  return isJudged(kept) ? kept : null;
}

function isJudged(kept: unknown): kept is Judged {
  return typeof kept === "object" && kept !== null && "findings" in kept;
}

function show({ name, verdict, findings }: Judged): void {
  const words = { pass: "sounds right.", warn: "can be used:", fail: "has a fault:" }[verdict] ?? "was judged:";
  const look = { pass: "ok", fail: "alert" }[verdict] ?? "note";
  tell(`${name} ${words} ${findings.map(({ message }) => message).join(" ")}`, look);
  whenReleased(() => offerForce(verdict === "fail"));
}

function tell(text: string, look: string, ...more: readonly HTMLElement[]): void {
  const words = document.createElement("p");
  words.className = look;
  words.append(text, ...more.flatMap((one) => [" ", one]));
  whenReleased(() => document.getElementById("judged")?.replaceChildren(words));
}

let isPressed = false;
let held: (() => void)[] = [];

/** What moves between press and release makes the click miss. */
function whenReleased(act: () => void): void {
  if (isPressed) held.push(act);
  else act();
}

function release(): void {
  isPressed = false;
  const acts = held;
  held = [];
  for (const act of acts) act();
}

function sourceId(): HTMLInputElement | null {
  return document.querySelector("#source-id");
}

function setSource(id: string): void {
  const input = sourceId();
  if (input !== null) input.value = id;
}

const TAGS = [
  "dream pop",
  "lo-fi",
  "acoustic folk",
  "jazz trio",
  "house",
  "cinematic strings",
  "slow",
  "warm",
  "driving",
];

function tagButton(tag: string): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = tag;
  button.addEventListener("click", () => addTag(tag));
  return button;
}

function addTag(tag: string): void {
  const tags = document.querySelector<HTMLInputElement>("#tags");
  if (tags === null) return;
  const given = tags.value.split(",").flatMap((one) => one.trim() || []);
  if (!given.includes(tag)) tags.value = [...given, tag].join(", ");
}
