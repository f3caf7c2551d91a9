/** `GET /new` for people: from a voice on the disk to a task. A plain form; the script uploads and judges meanwhile. Pure. */
import { MODELS } from "../../../core/provider/products/models.ts";
import { Layout } from "../frame/layout.tsx";

/** As the form sends them; what is not filled in is empty. */
export type Filled = Readonly<Record<string, string>>;

/** The label of the box that has a source submitted in spite of its faults. */
export const FORCE = "Submit it whatever was found of the source";

export interface NewPageProps {
  readonly filled: Filled;
  /** Why it was not submitted. */
  readonly problem: string | null;
  /** Of the provider's account; null where it does not tell. */
  readonly credits: number | null;
  readonly maxMegabytes: number;
  /** So that a form that is sent twice is submitted once. (JSX keeps a prop that is called `key` for itself.) */
  readonly formKey: string;
  readonly nonce: string;
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
const WEIGHTS = [
  ["styleWeight", "How closely the style is followed"],
  ["weirdnessConstraint", "How far it may stray"],
  ["audioWeight", "How closely the source is followed"],
] as const;

export function NewPage({ filled, problem, credits, maxMegabytes, formKey, nonce }: NewPageProps) {
  const value = (name: string): string => filled[name] ?? "";
  const weighted = WEIGHTS.some(([name]) => value(name) !== "") || value("vocalGender") !== "";
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
          <label for="file">An audio file, up to {maxMegabytes} MB and 8 minutes. Drop it here, too.</label>
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
        <label for="title">Title</label>
        <input id="title" name="title" required maxlength={100} value={value("title")} />
        <label for="tags">What it should sound like, with commas</label>
        <input id="tags" name="tags" required maxlength={1000} value={value("tags")} />
        <p class="row" id="suggested">
          {TAGS.map((tag) => (
            <button type="button" class="quiet" data-add-tag={tag} hidden>
              {tag}
            </button>
          ))}
        </p>
        <label for="negative">What it should not</label>
        <input id="negative" name="negativeTags" required maxlength={500} value={value("negativeTags")} />
        <label for="model">Model</label>
        <select id="model" name="model">
          {MODELS.map(({ name, note }) => (
            <option value={name} selected={name === (value("model") || MODELS[0]?.name)}>
              {name}, {note}
            </option>
          ))}
        </select>
        <details open={weighted}>
          <summary>More</summary>
          <label for="gender">Voice, where there is any</label>
          <select id="gender" name="vocalGender">
            <option value="">as it comes</option>
            <option value="f" selected={value("vocalGender") === "f"}>
              female
            </option>
            <option value="m" selected={value("vocalGender") === "m"}>
              male
            </option>
          </select>
          {WEIGHTS.map(([name, words]) => (
            <>
              <label for={name}>{words}, from 0 to 1</label>
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
