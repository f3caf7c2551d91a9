/** What was made of a task, with how it stands and a player, and what can be made of one of its tracks, with its price. Pure. */
import { MODELS } from "../../../core/provider/products/models.ts";
import { entryOf, type NamedProduct } from "../../../core/provider/products/products.ts";
import type { CatalogRow } from "../../../core/view/catalog-row.ts";
import { isoTime, type TaskView } from "../../../core/view/view.ts";
import type { ListedTask } from "../list/listed-task.ts";
import { When } from "../frame/when.tsx";
import { counted, productWords, reasonWords } from "../frame/words.ts";
import { madeName } from "./made-name.ts";
import { fileWords, Media } from "./file-list.tsx";

interface MadeListProps {
  readonly of: TaskView;
  /** The newest first. */
  readonly made: readonly ListedTask[];
  readonly now: number;
}

export function MadeList({ of, made, now }: MadeListProps) {
  if (made.length === 0) return null;
  const names = made.map(({ row }) => madeName(row.product, row.parent, of) ?? row.title ?? productWords(row.product));
  return (
    <section aria-labelledby="made">
      <h2 id="made">Made of it</h2>
      <ul>
        {made.map(({ row, view }, index) => (
          <li id={`product-${row.taskId}`}>
            <a href={`/tasks/${row.taskId}`}>{numbered(names, index)}</a>,{" "}
            <When at={isoTime(row.createdAt)} now={now} />: {standingOf(row)}
            {view === null ? null : <Kept view={view} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** By age, where several have the same name. */
function numbered(names: readonly string[], index: number): string {
  const name = names[index] ?? "";
  const older = names.slice(index + 1).filter((other) => other === name).length;
  return older > 0 || names.indexOf(name) < index ? `${name}, no. ${older + 1}` : name;
}

/** Stems play together on their own page. */
function Kept({ view: { taskId, tracks, files } }: { readonly view: TaskView }) {
  const takes = tracks.map(({ title, audio }, index) => ({ ...audio, name: `${title ?? "Take"} ${index + 1}` }));
  const kept = [...takes, ...files].filter(({ url }) => url !== null);
  if (kept.length === 0) return null;
  return (
    <details id={`made-${taskId}`}>
      <summary>Play here</summary>
      {kept.map(({ name, url, contentType }) => (
        <p>
          {fileWords(name)} <Media src={url ?? ""} contentType={contentType} name={fileWords(name)} />
        </p>
      ))}
    </details>
  );
}

function standingOf({ stage, keptTracks, tracks, reason }: CatalogRow): string {
  if (stage === "failed") return `failed${reason === null ? "" : ` (${reasonWords(reason)})`}`;
  if (stage !== "complete") return "under way";
  return tracks === 0 ? "complete" : `complete, ${keptTracks} of ${counted(tracks, "file")} kept`;
}

interface Offer {
  readonly product: NamedProduct;
  readonly words: string;
  readonly type?: string;
  /** It is made with the model of what it is made of. */
  readonly isMusic?: true;
}

const OFFERS: readonly Offer[] = [
  { product: "wav", words: "WAV" },
  { product: "stems", words: "Voice and backing", type: "separate_vocal" },
  { product: "stems", words: "All stems", type: "split_stem" },
  { product: "video", words: "Video" },
  { product: "extend", words: "Extend", isMusic: true },
];

interface OffersProps {
  readonly taskId: string;
  readonly trackId: string;
  /** That was asked for; null where nobody knows. */
  readonly model: string | null;
  readonly made: readonly ListedTask[];
}

/** Without script: each is a form. Its key is the same until what it makes is listed, so a second click makes no second one. */
export function Offers({ taskId, trackId, model, made }: OffersProps) {
  return (
    <details class="offers">
      <summary>Make something of it</summary>
      {OFFERS.map(({ product, words, type = "", isMusic }) => {
        const credits = entryOf(product)?.submit?.credits(type === "" ? {} : { type }) ?? null;
        const before = made.filter(({ row }) => row.product === product && row.parent?.trackId === trackId).length;
        return (
          <form method="post" action="/new">
            <input type="hidden" name="product" value={product} />
            <input type="hidden" name="type" value={type} />
            {isMusic === undefined ? null : <input type="hidden" name="model" value={model ?? MODELS[0]?.name ?? ""} />}
            <input type="hidden" name="taskId" value={taskId} />
            <input type="hidden" name="trackId" value={trackId} />
            <input type="hidden" name="key" value={`${product} ${type} ${before} ${taskId} ${trackId}`} />
            <button class="quiet">
              {words}
              {credits === null ? "" : ` (${credits} credits)`}
            </button>
          </form>
        );
      })}
    </details>
  );
}
