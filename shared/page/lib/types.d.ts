// The types of the API's bodies, from its document, and of the texts.
import type { components } from "api";
import type english from "../../texts/en.json";

type Schemas = components["schemas"];

/** What the document leaves to a schema's pattern is a text. */
type Known<T> = unknown extends T ? string : T extends (infer U)[] ? Known<U>[] : T extends object ? { [K in keyof T]: Known<T[K]> } : T;

export type Tokens = Schemas["AuthResp"];
export type User = Known<Schemas["UserPattern"]["user"]>;
export type Contact = Schemas["Contact"]["contact"];
export type Session = Schemas["Sessions"]["sessions"][number];
export type Event = Known<Schemas["Event"]["event"]>;
export type Member = Event["members"][number]["invited"][number] | Event["members"][number]["confirmed"][number];
export type Listed = Known<Schemas["Events"]["events"][number]>;
export type Answer = "yes" | "maybe" | "no";
export type Topic = "date" | "place";

export type Texts = (typeof english)["page"];

type Plural = { other: string };
type Keys<T, P extends string = ""> = {
  [K in keyof T & string]: T[K] extends string | Plural ? `${P}${K}` : Keys<T[K], `${P}${K}.`>;
}[keyof T & string];
export type TextKey = Keys<Texts>;
