/** JSON Schema for people: what a value may be, in a few words, with links to what has a name. Pure. */
import type { Child } from "hono/jsx";
import * as z from "zod";
import { Words } from "./markdown.tsx";

/** As far as these pages read it. */
export interface Schema {
  readonly $ref?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly default?: unknown;
  readonly description?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly allOf?: readonly Schema[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
}

export const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    description: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    items: schema.optional(),
    anyOf: z.array(schema).optional(),
    oneOf: z.array(schema).optional(),
    allOf: z.array(schema).optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
  }),
);

/** `string`, `callback | poll`, `list of Track`, `{at, via} or null`. */
export function Type({ of }: { readonly of: Schema }): Child {
  const choices = of.oneOf ?? of.anyOf ?? of.allOf;
  if (of.$ref !== undefined) return <Named name={nameOf(of.$ref)} />;
  if (of.const !== undefined) return <code>{typeof of.const === "string" ? of.const : JSON.stringify(of.const)}</code>;
  if (of.enum !== undefined) return <code>{of.enum.map(String).join(" | ")}</code>;
  if (choices !== undefined)
    return choices.map((one, index) => (
      <>
        {index === 0 ? "" : " or "}
        <Type of={one} />
      </>
    ));
  if (of.items !== undefined)
    return (
      <>
        list of <Type of={of.items} />
      </>
    );
  if (of.properties !== undefined) return <Fields of={of.properties} />;
  return [of.type ?? "any value"].flat().join(" or ") + (of.format === "date-time" ? " (time)" : "");
}

/** The fields of a component, one a row; of one with several shapes, a row for each. */
export function SchemaTable({ name, of }: { readonly name: string; readonly of: Schema }) {
  const shapes = of.oneOf ?? of.anyOf;
  return (
    <div class="scroll" tabindex={0} role="group" aria-label={`Fields of ${name}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{shapes === undefined ? "Field" : "Shape"}</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          {shapes === undefined
            ? Object.entries(of.properties ?? {}).map(([field, value]) => (
                <tr>
                  <td>
                    <code>{field}</code>
                    {of.required?.includes(field) === true ? "" : "?"}
                  </td>
                  <td>
                    <Type of={value} />
                    {value.description === undefined ? null : (
                      <>
                        . <Words text={value.description} />
                      </>
                    )}
                  </td>
                </tr>
              ))
            : shapes.map((shape) => (
                <tr>
                  <td>{shape.properties?.["type"] === undefined ? "" : <Type of={shape.properties["type"]} />}</td>
                  <td>
                    <Type of={withoutType(shape)} />
                  </td>
                </tr>
              ))}
        </tbody>
      </table>
    </div>
  );
}

/** A component's name leads to it. */
export function Named({ name }: { readonly name: string }) {
  return <a href={`/docs#schema-${name}`}>{name}</a>;
}

export function nameOf(reference: string): string {
  return reference.split("/").at(-1) ?? reference;
}

function Fields({ of }: { readonly of: Readonly<Record<string, Schema>> }): Child {
  return (
    <>
      {"{"}
      {Object.entries(of).map(([field, value], index) => (
        <>
          {index === 0 ? "" : ", "}
          <code>{field}</code>: <Type of={value} />
        </>
      ))}
      {"}"}
    </>
  );
}

function withoutType(shape: Schema): Schema {
  if (shape.properties === undefined) return shape;
  const fields = Object.entries(shape.properties).filter(([field]) => field !== "type");
  return { ...shape, properties: Object.fromEntries(fields) };
}
