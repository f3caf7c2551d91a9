/** The form for a new task: a file is uploaded and judged while the rest is filled in, a link is judged where it lies. */

interface Finding {
  readonly level: string;
  readonly message: string;
}

export function offerUpload(): void {
  const form = document.querySelector<HTMLFormElement>("#new");
  const file = document.querySelector<HTMLInputElement>("#file");
  const link = document.querySelector<HTMLInputElement>("#upload-url");
  if (form === null || file === null || link === null) return;
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen !== undefined) void upload(chosen);
  });
  link.addEventListener("change", () => void judgeLink(link.value));
  const drop = document.querySelector<HTMLElement>("#drop");
  drop?.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.dataset["over"] = "true";
  });
  drop?.addEventListener("dragleave", () => delete drop.dataset["over"]);
  drop?.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset["over"];
    const [dropped] = event.dataTransfer?.files ?? [];
    if (dropped !== undefined) void upload(dropped);
  });
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-add-tag]")) {
    button.hidden = false;
    button.addEventListener("click", () => addTag(button.dataset["addTag"] ?? ""));
  }
  // Where a fault is found, it is asked for then.
  document.getElementById("force")?.toggleAttribute("hidden", true);
}

/** The form then sends its id in place of the file. */
async function upload(file: File): Promise<void> {
  const progress = document.querySelector<HTMLProgressElement>("#upload");
  const create = document.querySelector<HTMLButtonElement>("#create");
  if (progress === null || create === null) return;
  setSource("");
  tell(`Uploading ${file.name}…`, "note");
  progress.hidden = false;
  progress.value = 0;
  create.disabled = true;
  const answer = await send(file, (percent) => {
    progress.value = percent;
    if (percent === 100) tell("Uploaded. It is being judged…", "note");
  });
  create.disabled = false;
  progress.hidden = true;
  if (answer === null) return tell("The upload broke off. Choose the file again.", "alert");
  const { sourceId, report, detail } = answer;
  if (sourceId === undefined) return tell(detail ?? "The file was not taken.", "alert");
  setSource(sourceId);
  const input = document.querySelector<HTMLInputElement>("#file");
  if (input !== null) input.value = "";
  show(file.name, report?.verdict ?? "pass", report?.findings ?? []);
}

interface Answer {
  readonly sourceId?: string;
  readonly report?: { readonly verdict: string; readonly findings: readonly Finding[] };
  readonly verdict?: string;
  readonly findings?: readonly Finding[];
  readonly detail?: string;
}

/** With progress, which `fetch` does not tell. Null where the connection broke. */
function send(file: File, onProgress: (percent: number) => void): Promise<Answer | null> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/sources");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(Math.round((loaded / total) * 100)));
    request.addEventListener("load", () => resolve(answerOf(request.response)));
    request.addEventListener("error", () => resolve(null));
    request.send(file);
  });
}

async function judgeLink(url: string): Promise<void> {
  if (!URL.canParse(url)) return;
  setSource("");
  tell("The source is being judged…", "note");
  const response = await fetch("/sources/check", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ url, force: true }),
  }).catch(() => null);
  const answer = response === null ? null : answerOf(await response.json());
  if (answer?.verdict === undefined) return tell(answer?.detail ?? "The source could not be judged.", "alert");
  show("The source", answer.verdict, answer.findings ?? []);
}

function answerOf(json: unknown): Answer | null {
  return typeof json === "object" && json !== null ? json : null;
}

function show(name: string, verdict: string, findings: readonly Finding[]): void {
  const words = { pass: "sounds right.", warn: "can be used:", fail: "has a fault:" }[verdict] ?? "was judged:";
  tell(`${name} ${words} ${findings.map(({ message }) => message).join(" ")}`, verdict === "pass" ? "ok" : "note");
  document.getElementById("force")?.toggleAttribute("hidden", verdict !== "fail");
}

function tell(text: string, look: "ok" | "note" | "alert"): void {
  const region = document.getElementById("judged");
  if (region === null) return;
  const words = document.createElement("p");
  words.className = look;
  words.textContent = text;
  region.replaceChildren(words);
}

function setSource(sourceId: string): void {
  const input = document.querySelector<HTMLInputElement>("#source-id");
  if (input !== null) input.value = sourceId;
}

function addTag(tag: string): void {
  const tags = document.querySelector<HTMLInputElement>("#tags");
  if (tags === null) return;
  const given = tags.value.split(",").flatMap((one) => one.trim() || []);
  if (!given.includes(tag)) tags.value = [...given, tag].join(", ");
}
