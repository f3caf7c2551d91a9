/** What goes wrong on the first day is told so that it goes right on the second try. */
import { afterEach, expect, test, vi } from "vitest";
import { message, newTaskId, track } from "../messages.ts";
import { SECRETS } from "../secrets.ts";
import { configureWithKey } from "../settings.ts";
import { acting, callback, problemOf, reading, request, worker, workerWith } from "../worker.ts";

configureWithKey(1);

afterEach(() => {
  vi.restoreAllMocks();
});

test.each<[string, string, Record<string, string>, RegExp]>([
  ["no header", "/tasks", {}, /Authorization header is missing/],
  ["no Bearer", "/tasks", { authorization: SECRETS.API_TOKEN }, /`Bearer` is missing/],
  ["another scheme", "/tasks", { authorization: "Basic dXNlcjpwYXNz" }, /`Bearer` is missing/],
  ["an empty variable", "/tasks", { authorization: "Bearer " }, /Nothing follows `Bearer`/],
  ["a placeholder", "/tasks", { authorization: "Bearer <API_TOKEN>" }, /placeholder/],
  ["two words", "/tasks", { authorization: "Bearer one two" }, /More than the token/],
  ["the callback token", "/tasks", { authorization: `Bearer ${SECRETS.CALLBACK_TOKEN}` }, /This is CALLBACK_TOKEN/],
  ["the URL", `/tasks?token=${SECRETS.API_TOKEN}`, {}, /never taken from the URL/],
  ["another header", "/tasks", { "x-api-key": SECRETS.API_TOKEN }, /`x-api-key` is not looked at/],
  ["a source's link", `/sources/${"a".repeat(64)}?link=1769670760.x`, {}, /not one to this file, or it has expired/],
  ["another token", "/tasks", { authorization: `Bearer ${"z".repeat(40)}` }, /not API_TOKEN/],
])("a 401 says what is missing: %s", async (_, path, headers, detail) => {
  const refused = await problemOf(await worker(request(path, { headers })));
  expect(refused.status).toBe(401);
  expect(refused.detail).toMatch(detail);
  expect(refused.detail).not.toContain(SECRETS.API_TOKEN);
});

test.each([
  ["", /The body is empty/],
  ['{"title": "a",\n "tags": }', /no JSON: it goes wrong at line 2/],
  ["[]", /JSON object/],
  [
    '{"titel":"a","tags":"b","negativeTags":"c","uploadUrl":"https://a.example/b.mp3"}',
    /title: is missing \(is it `titel`\?\)/,
  ],
  ['{"title":1,"tags":"b","negativeTags":"c","uploadUrl":"https://a.example/b.mp3"}', /title: must be text/],
  ['{"title":"a","tags":"b","negativeTags":"c","uploadUrl":"song.mp3"}', /uploadUrl: must be a web address/],
  [
    '{"title":"a","tags":"b","negativeTags":"c","uploadUrl":"https://a.example/b.mp3","styleWeight":3}',
    /styleWeight: must be at most 1/,
  ],
  ['{"product":"wav","parent":{"taskId":"t","track":"a"}}', /parent\.track: is not known here/],
])("a body that is wrong is told with its place, in our own words: %s", async (body, detail) => {
  const refused = await problemOf(await worker(acting("POST", "/tasks", {}, body)));
  expect(refused.status).toBe(422);
  expect(refused.detail).toMatch(detail);
  expect(refused.detail).not.toMatch(/Invalid input|expected|received/);
});

test("a field that is wanted is found where it is misspelt", async () => {
  const body = JSON.stringify({ title: "x", tags: "y", negativeTags: "z", uploadURL: "https://example.com/a.mp3" });
  const refused = await problemOf(await worker(acting("POST", "/tasks", {}, body)));
  expect(refused.detail).toContain("uploadUrl: give either uploadUrl or sourceId (is it `uploadURL`?)");
});

test("a misspelt value of a body is told, and what was meant", async () => {
  const refused = await problemOf(await worker(acting("POST", "/tasks", {}, '{"product":"stms"}')));
  expect([refused.status, refused.detail]).toEqual([422, expect.stringMatching(/did you mean `stems`\?/)]);
});

test("a misspelt field of a share is told, and what was meant", async () => {
  const taskId = await knownTask();
  const refused = await problemOf(await worker(acting("POST", `/tasks/${taskId}/share`, {}, '{"expiresInSecond":60}')));
  expect(refused.detail).toMatch(/expiresInSecond: is not known here \(did you mean `expiresInSeconds`\?\)/);
});

test.each([
  ["/tasks?statsu=open", /did you mean `status`\?.*status, ref, parent, q, cursor, limit/],
  ["/tasks?status=complet", /`status`: must be one of pending.*did you mean `complete`/],
  ["/tasks?limit=0", /limit/],
  ["/tasks?ref=a%20b", /`ref`: must be 1 to 64 of A-Z a-z 0-9 _ -/],
  ["/tasks?wait=5", /not known here/],
])("a query that is wrong is told with the choices: %s", async (path, detail) => {
  const refused = await problemOf(await worker(reading(path)));
  expect([refused.status, refused.detail]).toEqual([400, expect.stringMatching(detail)]);
  expect(refused.detail).not.toMatch(/Invalid|expected/);
});

test("the page of a wrong filter tells the choices too, and an empty field is none", async () => {
  const page = { accept: "text/html" };
  const refused = await worker(reading("/tasks?status=complet&q=", page));
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringMatching(/must be one of pending, text/)]);
  expect((await worker(reading("/tasks?status=&q=", page))).status).toBe(200);
});

test("a field that a check of a source does not know is told", async () => {
  const refused = await problemOf(
    await worker(acting("POST", "/sources/check", {}, '{"url":"https://a.example/b.mp3","forse":true}')),
  );
  expect([refused.status, refused.detail]).toEqual([422, expect.stringMatching(/did you mean `force`\?/)]);
});

test("a file that is not there names those that are", async () => {
  const taskId = newTaskId();
  const wav = { task_id: taskId, audioWavUrl: "https://cdn.example.com/a.wav" };
  await worker(callback({ code: 200, msg: "ok", data: wav }));
  const detailOf = async (name: string) =>
    (await problemOf(await worker(reading(`/tasks/${taskId}/files/${name}`)))).detail;
  expect(await detailOf("nope")).toBe("No file of this name is stored. The task has wav.");
  expect(await detailOf("wav")).toMatch(/^No file of this name is stored\. GET \/tasks\/:id says/);
});

test("what a submission lacks is named at once: the callback token, and the provider's key", async () => {
  const bare = workerWith({ CALLBACK_TOKEN: "", CALLBACK_HMAC_KEY: "hmac-key-0123456789", PROVIDER_API_KEY: "" });
  const body = '{"title":"a","tags":"b","negativeTags":"c","uploadUrl":"https://a.example/b.mp3"}';
  const refused = await problemOf(await bare(acting("POST", "/tasks", {}, body)));
  expect([refused.status, refused.detail]).toEqual([
    503,
    expect.stringMatching(/CALLBACK_TOKEN is.*PROVIDER_API_KEY is/),
  ]);
});

test("a track that is not there names those that are, an unknown task says how to adopt it", async () => {
  const taskId = await knownTask();
  const refused = await problemOf(await worker(reading(`/tasks/${taskId}/tracks/1/audio`)));
  expect([refused.status, refused.detail]).toEqual([404, expect.stringContaining("It has track-x")]);
  expect((await problemOf(await worker(reading(`/tasks/${newTaskId()}`)))).detail).toContain("PUT /tasks/:id adopts");
});

test("without any secret both doors name the callback token, and where it stands locally", async () => {
  const bare = workerWith({ API_TOKEN: "", CALLBACK_TOKEN: "", CALLBACK_HMAC_KEY: "" });
  for (const ask of [request("/tasks"), callback(message(newTaskId(), "text"))]) {
    const refused = await problemOf(await bare(ask));
    expect([refused.status, refused.detail]).toEqual([503, expect.stringMatching(/CALLBACK_TOKEN.*\.dev\.vars/)]);
  }
});

test("a preflight that is refused says what pages of other origins may do", async () => {
  const refused = await problemOf(await worker(request("/tasks", { method: "OPTIONS" })));
  expect([refused.status, refused.detail]).toEqual([401, expect.stringContaining("CORS")]);
});

async function knownTask(): Promise<string> {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text", [track("track-x")])));
  return taskId;
}
