/** `GET /new` for people: from a voice on the disk to a task. A plain form; the script uploads and judges meanwhile. Pure. */
import { MODELS } from "../../../core/provider/products/models.ts";
import { Layout } from "../frame/layout.tsx";

/** As the form sends them; what is not filled in is empty. */
export type Filled = Readonly<Record<string, string>>;

/** The label of the box that has a source submitted in spite of its faults. */
export const FORCE = "Submit it whatever was found of the source";

/** A form without script is held in memory as a whole; the script streams. */
export const FORM_MEGABYTES = 32;

export interface NewPageProps {
  readonly filled: Filled;
  /** Why it was not submitted. */
  readonly problem: string | null;
  /** Of the provider's account; null where it does not tell. */
  readonly credits: number | null;
  /** For what the script uploads. */
  readonly maxMegabytes: number;
  /** So that a form that is sent twice is submitted once. (JSX keeps a prop that is called `key` for itself.) */
  readonly formKey: string;
  readonly nonce: string;
}

/** What a field of the request is called. */
export const FIELDS: Readonly<Record<string, string>> = {
  title: "Title",
  tags: "What it should sound like",
  negativeTags: "What it should not",
  model: "Model",
  vocalGender: "Voice, where there is any",
  styleWeight: "How closely the style is followed",
  weirdnessConstraint: "How far it may stray",
  audioWeight: "How closely the source is followed",
  uploadUrl: "Link to your voice",
  taskId: "Task it is made of",
  audioId: "Take it is made of",
};
const LENGTHS = { title: 100, tags: 1_000, negativeTags: 500 };
const WEIGHTS = ["styleWeight", "weirdnessConstraint", "audioWeight"];

export function NewPage({ filled, problem, credits, maxMegabytes, formKey, nonce }: NewPageProps) {
  const value = (name: string): string => filled[name] ?? "";
  const weighted = WEIGHTS.some((name) => value(name) !== "") || value("vocalGender") !== "";
  return (
    <Layout title="New task" nonce={nonce} visitor="person">
      <h1>New task</h1>
      {problem === null ? null : (
        <p class="alert" role="alert">
          {problem}
        </p>
      )}
      {credits === null ? null : (
        <p class="hint" id="credits">
          The provider's account has {String(credits)} credits.
        </p>
      )}
      <form method="post" action="/new" enctype="multipart/form-data" class="new" id="new">
        <input type="hidden" name="key" value={formKey} />
        <input type="hidden" name="sourceId" id="source-id" value={value("sourceId")} />
        <fieldset id="drop">
          <legend>Your voice</legend>
          <label for="file" data-most={maxMegabytes}>
            An audio file, up to {Math.min(maxMegabytes, FORM_MEGABYTES)} MB and 8 minutes.
          </label>
          <input id="file" name="file" type="file" accept="audio/*" />
          <label for="upload-url">or a link to one</label>
          <input id="upload-url" name="uploadUrl" type="url" maxlength={4096} value={value("uploadUrl")} />
          <progress id="upload" max="100" value="0" aria-label="Upload" hidden></progress>
          <div id="judged" role="status">
            {value("sourceId") === "" ? null : (
              <p class="note">
                {problem === null
                  ? "The source of the task before is used again."
                  : "Your file was kept: choose another, or send it again."}
              </p>
            )}
          </div>
        </fieldset>
        {Object.entries(LENGTHS).map(([name, length]) => (
          <>
            <label for={name}>
              {FIELDS[name]}
              {name === "tags" ? ", with commas" : ""}
            </label>
            <input id={name} name={name} required maxlength={length} value={value(name)} />
            {name === "tags" ? <p class="row" id="suggested"></p> : null}
          </>
        ))}
        <label for="model">{FIELDS["model"]}</label>
        <select id="model" name="model">
          {MODELS.map(({ name, note }) => (
            <option value={name} selected={name === (value("model") || MODELS[0]?.name)}>
              {name}, {note}
            </option>
          ))}
        </select>
        <details open={weighted}>
          <summary>More</summary>
          <label for="gender">{FIELDS["vocalGender"]}</label>
          <select id="gender" name="vocalGender">
            <option value="">as it comes</option>
            <option value="f" selected={value("vocalGender") === "f"}>
              female
            </option>
            <option value="m" selected={value("vocalGender") === "m"}>
              male
            </option>
          </select>
          {WEIGHTS.map((name) => (
            <>
              <label for={name}>{FIELDS[name]}, from 0 to 1</label>
              <input id={name} name={name} type="number" min="0" max="1" step="0.01" value={value(name)} />
            </>
          ))}
        </details>
        <label class="check" id="force">
          <input type="checkbox" name="force" checked={value("force") === "on"} /> {FORCE}
        </label>
        <button id="create">Create</button>
        <p class="hint">It spends credits of the provider's account.</p>
      </form>
    </Layout>
  );
}
