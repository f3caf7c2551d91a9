/** A refusal for people: what is the matter, and the cure. */
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { PROBLEMS, type Problem } from "../../problem.ts";
import { sessionOf } from "../../auth/access.ts";
import { SHARE_PARAMETER } from "../../auth/share-link.ts";
import { isTaskId } from "../../../core/ids.ts";
import { isMusicProduct } from "../../../core/provider/products/products.ts";
import { ADOPTED } from "../../../core/provider/submission.ts";
import { Layout } from "./layout.tsx";
import { nonceOf, page } from "./page.ts";
import { productWords } from "./words.ts";

export async function problemPage(c: Context<AppEnv>, problem: Problem): Promise<Response> {
  const { status, title } = PROBLEMS[problem.type];
  const via = c.get("via");
  const isGuest = via === "share" || (via === undefined && c.req.query(SHARE_PARAMETER) !== undefined);
  const visitor = isGuest ? "guest" : via === undefined && !(await isLoggedIn(c)) ? "stranger" : "person";
  const [wayBack, place] = c.req.path.startsWith("/inbox/") ? ["/inbox", "Back to the inbox"] : ["/tasks", "All tasks"];
  const response = await page(
    c,
    <Layout title={title} nonce={nonceOf(c)} visitor={visitor}>
      <h1>{title}</h1>
      <p class="alert" role="alert">
        {problem.forPeople}
      </p>
      <Adoption c={c} problem={problem} />
      <p class="hint">
        Request <code>{c.get("requestId")}</code>
        {isGuest ? null : (
          <>
            {" "}
            · <a href={`/docs/problems#${problem.type}`}>What this means</a>
          </>
        )}
      </p>
      {isGuest ? null : (
        <p>
          <a href={wayBack}>{place}</a>
        </p>
      )}
    </Layout>,
    status,
  );
  response.headers.set("cache-control", "no-store");
  for (const [name, value] of Object.entries(problem.headers)) response.headers.set(name, value);
  return response;
}

/** Where no door asked: an address without a resource, say. That the page comes matters more. */
async function isLoggedIn(c: Context<AppEnv>): Promise<boolean> {
  return (await sessionOf(c).catch(() => null)) !== null;
}

/** Of a task that is not known here: the provider may know it. */
function Adoption({ c, problem }: { readonly c: Context<AppEnv>; readonly problem: Problem }) {
  const [, taskId = ""] = /^\/tasks\/([^/]+)(?:\/adopt)?$/.exec(c.req.path) ?? [];
  const isOffered = problem.type === "task_not_found" && isTaskId(taskId) && c.get("mayAct") === true;
  if (!isOffered || c.get("config").providerApiKey === null) return null;
  return (
    <form method="post" action={`/tasks/${taskId}/adopt`} class="row filter">
      <label>
        What it makes
        <select name="product">
          {["music" as const, ...ADOPTED.filter((product) => !isMusicProduct(product))].map((product) => (
            <option value={product}>{productWords(product)}</option>
          ))}
        </select>
      </label>
      <button>Ask the provider for it</button>
    </form>
  );
}
