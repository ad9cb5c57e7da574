/**
 * Calendars (.ics, invitations in mail): each event, task and journal entry with its time, place, people and description. Not its alarms, time zones
 * and identifiers.
 */
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode/decode.ts";
import { withWholeCharacters } from "../decode/cut-characters.ts";
import { DocumentError } from "../../errors.ts";
import type { ParsedDocument } from "../document.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { through } from "../lines/sourced-through.ts";
import { type ContentLine, contentLines, readable } from "./content-lines.ts";
import { readHtml } from "./html/html.ts";
import type { ParserInput } from "./parser.ts";

const entries = new Set(["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"]);

const labels: Readonly<Record<string, string>> = {
  DTSTART: "Start",
  DTEND: "End",
  DUE: "Due",
  COMPLETED: "Completed",
  DURATION: "Duration",
  RRULE: "Repeats",
  FREEBUSY: "Busy",
  LOCATION: "Location",
  ORGANIZER: "Organizer",
  ATTENDEE: "Attendee",
  CATEGORIES: "Categories",
  STATUS: "Status",
  CONTACT: "Contact",
  URL: "URL",
};

const texts = new Set(["DESCRIPTION", "COMMENT"]);
const tag = /<(?:br|p|b|i|u|ul|ol|li|a|span|div|strong|em|table|html|html-blob|h[1-6])(?:\s[^<>]{0,2000})?\/?>/i;

export function parseCalendar({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(withWholeCharacters(bytes));
  const builder = new ContentBuilder(text);
  const { name, isCalendar } = addCalendar(builder, SourcedText.of(text.content, 0), 1);
  if (!isCalendar) throw new DocumentError("damaged", "no BEGIN:VCALENDAR in it");
  return builder.finish("calendar", { title: name, warnings: text.warnings });
}

/** Adds the entries of a calendar, each under a heading of `level`. Returns what the calendar is called. */
export function addCalendar(
  builder: ContentBuilder,
  text: SourcedText,
  level: number,
): { readonly name: string | undefined; readonly isCalendar: boolean } {
  /** Of the components that are open. */
  const open: string[] = [];
  let entry: ContentLine[] = [];
  let name: string | undefined;
  let isCalendar = false;
  for (const line of contentLines(text)) {
    const component = line.value.text.trim().toUpperCase();
    if (line.name === "BEGIN") {
      open.push(component);
      // Some programs write an event without the calendar around it.
      isCalendar ||= component === "VCALENDAR" || entries.has(component);
      if (entries.has(component)) entry = [];
    } else if (line.name === "END") {
      if (entries.has(open.pop() ?? "")) addEntry(builder, entry, level);
    } else if (entries.has(open.at(-1) ?? "")) entry.push(line);
    else if (line.name === "X-WR-CALNAME") name = readable(line.value).text;
  }
  return { name, isCalendar };
}

function addEntry(builder: ContentBuilder, entry: readonly ContentLine[], level: number): void {
  const summary = entry.find(({ name }) => name === "SUMMARY");
  builder.section(level, "");
  if (summary) builder.heading(level, readable(summary.value));
  const facts = new SourcedText();
  for (const { name, parameters, value } of entry) {
    const label = labels[name];
    const said = label === undefined ? "" : factOf(name, parameters, readable(value).text);
    if (said === "") continue;
    if (facts.length > 0) facts.trail("\n");
    facts.appendMade(`${label}: ${said}`, value.originAt(0));
  }
  builder.add("metadata", facts);
  for (const { name, value } of entry) if (texts.has(name)) addText(builder, readable(value), level);
}

/** Online calendars write descriptions as HTML. */
function addText(builder: ContentBuilder, text: SourcedText, level: number): void {
  if (!tag.test(text.text)) return builder.add("prose", text);
  readHtml(text.text, builder, { reading: "all", level: level + 1, toFile: (part) => through(text, part) });
}

function factOf(name: string, parameters: ReadonlyMap<string, string>, value: string): string {
  if (name === "ORGANIZER" || name === "ATTENDEE") {
    const address = value.replace(/^mailto:/i, "");
    const common = parameters.get("CN");
    return common && common !== address ? `${common} <${address}>` : address;
  }
  const date = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z)?)?$/.exec(value);
  if (!date) return value;
  const [, year, month, day, hour, minute, isUniversal] = date;
  const time = hour === undefined ? "" : ` ${hour}:${minute}${isUniversal ? " UTC" : ""}`;
  const zone = parameters.get("TZID");
  return `${year}-${month}-${day}${time}${zone && !isUniversal ? ` (${zone})` : ""}`;
}
